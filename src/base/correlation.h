/*
 * correlation - a short id that ties a request, the decision and its effects together in the logs.
 */
#ifndef BASE_CORRELATION_H
#define BASE_CORRELATION_H

enum { CORRELATION_LEN = 16 }; /* lower-case hexadecimal digits */

void correlation_new(char ret[CORRELATION_LEN + 1]);

#endif
