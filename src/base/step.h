/*
 * step - numbered points at which a test may kill the process.
 *
 * Crash safety is a promise, so it is tried: each STEP() marks a place between two effects that
 * the outside can see. In builds with test hooks, VMRD_KILL_AT=<n> makes the n-th step that is
 * reached end the process with SIGKILL, and VMRD_STEP_LOG=<file> appends the name of each step.
 * In other builds a STEP() is nothing.
 */
#ifndef BASE_STEP_H
#define BASE_STEP_H

#ifdef VMRD_TEST_HOOKS
void step_reached(const char *name);
#define STEP(name) step_reached(name)
#else
#define STEP(name) ((void)0)
#endif

#endif
