/* loop_base - what only wire/ may know of a loop: the libevent base in it. */
#ifndef WIRE_LOOP_BASE_H
#define WIRE_LOOP_BASE_H

#include "wire/loop.h"

struct event_base *loop_event_base(struct loop *loop);

#endif
