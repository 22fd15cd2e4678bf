/*
 * sealing_keys - the keys of an integration that sealed tokens (auth/sealed_token) are made with.
 *
 * A pair (X25519, RFC 7748): who has the public key seals, who has the private key opens. And the
 * sealing key, without which nobody seals: 32 random bytes. In the record all are base64.
 */
#ifndef MODEL_SEALING_KEYS_H
#define MODEL_SEALING_KEYS_H

#include "base/arena.h"
#include "model/records.h"

enum { SEALING_KEY_BYTES = 32 }; /* of each of the three */

/* Puts new keys into *connector; the texts belong to arena. */
void sealing_keys_new(struct ms_exchange_connector *connector, struct arena *arena);
/* True when all three are there. */
bool sealing_keys_complete(const struct ms_exchange_connector *connector);

#endif
