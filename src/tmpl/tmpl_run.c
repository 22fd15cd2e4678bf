/*
 * tmpl-run - renders templates for the tests and the bench.
 *
 * Reads one JSON object a line, {"template": ..., "values": {...}, "autoescape": true}, and writes
 * one a line, {"output": ...} or {"error": ...}.
 *
 * With the arguments "bench FILE ROUNDS", FILE being such an object, it compiles and renders that
 * many times and prints the nanoseconds of one compilation and one rendering; with "render FILE
 * ROUNDS" it renders only, for callgrind.
 */
#include "tmpl/json_values.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct job {
	struct tmpl *t;
	struct arena arena;
	struct tmpl_var *vars;
	size_t count;
};

static bool compile_from(json_t *j, struct tmpl **ret, struct err *err)
{
	json_t *source = json_object_get(j, "template");
	return tmpl_compile(json_string_value(source), json_string_length(source),
		json_is_true(json_object_get(j, "autoescape")), ret, err);
}

static bool job_open(struct job *job, json_t *j, struct err *err)
{
	*job = (struct job){ 0 };
	if (!compile_from(j, &job->t, err))
		return false;
	arena_init(&job->arena);
	job->vars = vars_from_json(&job->arena, json_object_get(j, "values"), &job->count);
	return true;
}

static void job_close(struct job *job)
{
	arena_release(&job->arena);
	tmpl_free(&job->t);
}

static json_t *answer(json_t *j)
{
	struct err err = { 0 };
	struct job job;
	struct buf out;
	json_t *result;
	buf_init(&out, TMPL_OUTPUT_MAX);
	bool ok = job_open(&job, j, &err);
	if (ok) {
		ok = tmpl_render(job.t, job.vars, job.count, &out, &err);
		job_close(&job);
	}
	result = ok ? json_pack("{s:s%}", "output", out.data, out.len)
		    : json_pack("{s:s}", "error", err.text);
	buf_release(&out);
	return result;
}

static int run_lines(void)
{
	char *line = NULL;
	size_t cap = 0;
	while (getline(&line, &cap, stdin) > 0) {
		json_t *j = json_loads(line, JSON_ALLOW_NUL, NULL);
		json_t *result = j ? answer(j) : json_pack("{s:s}", "error", "not JSON");
		json_dumpf(result, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(result);
		json_decref(j);
	}
	free(line);
	return 0;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double time_compile(json_t *j, long rounds)
{
	double start = seconds();
	for (long i = 0; i < rounds; i++) {
		struct tmpl *t = NULL;
		if (!compile_from(j, &t, NULL))
			exit(1);
		tmpl_free(&t);
	}
	return (seconds() - start) / (double)rounds * 1e9;
}

static double time_render(const struct job *job, long rounds, struct buf *out)
{
	double start = seconds();
	for (long i = 0; i < rounds; i++) {
		buf_reset(out);
		if (!tmpl_render(job->t, job->vars, job->count, out, NULL))
			exit(1);
	}
	return (seconds() - start) / (double)rounds * 1e9;
}

static int bench(const char *path, long rounds, bool render_only)
{
	struct err err;
	struct job job;
	struct buf out;
	json_t *j = json_load_file(path, 0, NULL);
	if (!j || !job_open(&job, j, &err))
		return 1;
	buf_init(&out, TMPL_OUTPUT_MAX);
	double render = time_render(&job, rounds, &out);
	if (!render_only)
		printf("%.0f %.0f\n", time_compile(j, rounds), render);
	buf_release(&out);
	job_close(&job);
	json_decref(j);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return run_lines();
	if (argc != 4 || (strcmp(argv[1], "bench") != 0 && strcmp(argv[1], "render") != 0)) {
		fprintf(stderr, "usage: tmpl-run [bench|render FILE ROUNDS]\n");
		return 2;
	}
	return bench(argv[2], atol(argv[3]), strcmp(argv[1], "render") == 0);
}
