#include "api/integrations.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW 1800000000LL

static struct fixture f;
static struct integrations *integrations;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	integrations = integrations_new(NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	integrations_free(&integrations);
	fixture_release(&f);
	return 0;
}

static int64_t add(const char *name, const char *mailbox)
{
	struct err err;
	struct ms_exchange_connector c = fixture_connector(&f.arena, name, mailbox);
	struct exchange_domain d;
	must(store_insert(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	record_defaults(&exchange_domain_type, &d, &f.arena);
	d.domain = "mail.example.com";
	d.exchange_connector = c.id;
	must(store_insert(f.store, &exchange_domain_type, &d, NULL, &err), &err);
	return c.id;
}

static void refresh(void)
{
	struct err err;
	must(integrations_refresh(integrations, f.store, NOW, &err), &err);
}

static void what_is_stored_is_found(void **state)
{
	(void)state;
	assert_null(integrations_find(integrations, 1)); /* nothing was read yet */
	int64_t a = add("A", "a@example.com"), b = add("B", "b@example.com");
	refresh();
	const struct integration *one = integrations_find(integrations, a),
				 *other = integrations_find(integrations, b);
	assert_string_equal(one->connector.name, "A");
	assert_string_equal(one->domains[0], "mail.example.com");
	assert_null(one->domains[1]);
	assert_true(one->licence.valid);
	assert_false(text_empty(one->connector.sealing_key));
	assert_string_equal(other->connector.name, "B");
	integration_release(&one);
	assert_null(one);
	integration_release(&one);
	integration_release(&other);
	assert_null(integrations_find(integrations, b + 1));
}

static void one_that_is_looked_at_does_not_change(void **state)
{
	(void)state;
	struct err err;
	int64_t id = add("A", "a@example.com");
	refresh();
	const struct integration *before = integrations_find(integrations, id);
	must(store_exec(f.store, &err, "UPDATE ms_exchange_connector SET name = 'New'", ""), &err);
	refresh();
	const struct integration *after = integrations_find(integrations, id);
	assert_string_equal(before->connector.name, "A");
	assert_string_equal(after->connector.name, "New");
	must(store_delete(f.store, &ms_exchange_connector_type, id, &err), &err);
	refresh();
	assert_null(integrations_find(integrations, id));
	assert_string_equal(after->connector.name, "New");
	integration_release(&before);
	integration_release(&after);
}

static const char *version_now(int64_t id)
{
	refresh();
	const struct integration *one = integrations_find(integrations, id);
	const char *version = arena_strdup(&f.arena, one->manifest_version);
	integration_release(&one);
	return version;
}

/* Each change has its version, also one that nobody downloaded. */
static void the_manifests_version_is_known_and_rises(void **state)
{
	(void)state;
	struct err err;
	static const char *const labels[] = { "One", "Two", "One" };
	int64_t id = add("A", "a@example.com");
	for (int i = 0; i < 3; i++) {
		must(store_exec(f.store, &err,
			     "UPDATE ms_exchange_connector SET addin_button_label = $1", "s",
			     labels[i]),
			&err);
		const char *expected = arena_printf(&f.arena, "1.0.0.%d", i + 1);
		assert_string_equal(version_now(id), expected);
		assert_string_equal(version_now(id), expected);
	}
	must(store_exec(f.store, &err, "DROP TABLE addin_version", ""), &err);
	assert_string_equal(version_now(id), ""); /* the rest is known all the same */
}

static void what_was_known_outlives_the_database(void **state)
{
	(void)state;
	struct err err;
	int64_t id = add("A", "a@example.com");
	refresh();
	must(store_exec(f.store, &err, "DROP TABLE exchange_domain", ""), &err);
	assert_false(integrations_refresh(integrations, f.store, NOW, &err));
	const struct integration *one = integrations_find(integrations, id);
	assert_string_equal(one->domains[0], "mail.example.com");
	integration_release(&one);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_stored_is_found),
		T(one_that_is_looked_at_does_not_change),
		T(the_manifests_version_is_known_and_rises),
		T(what_was_known_outlives_the_database),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
