/*
 * restriction - the search expressions of FindItem.
 */
#ifndef EMULATOR_RESTRICTION_H
#define EMULATOR_RESTRICTION_H

#include "soap.h"

struct condition;

enum { RESTRICTION_DEPTH_MAX = 30 };

/* node: m:Restriction. The result lives in the call's arena. False with a refusal, or after a
 * fault. */
bool restriction_read(
	struct call *call, const xml_node *node, struct condition **ret, struct refusal *r);
bool restriction_holds(const struct condition *condition, const struct item *item);

#endif
