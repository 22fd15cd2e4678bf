/*
 * old_manifests - an alarm while users work with the add-in of an old manifest.
 *
 * A new version of the manifest helps nobody before it was uploaded to Exchange. Old versions go on
 * working, but with the addresses, texts and rights of their time.
 */
#ifndef SCHED_OLD_MANIFESTS_H
#define SCHED_OLD_MANIFESTS_H

#include "store/store.h"

/* Raises or lowers the alarm of each integration; now and then. */
bool old_manifests_check(struct store *store, int64_t now, struct err *err);

#endif
