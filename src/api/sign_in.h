/*
 * sign_in - how a user of the add-in proves his e-mail address, so that his personal rooms are found.
 *
 *	POST <base>sign_in      header token: {"url": "<base>sign_in?state=..."}, for a window
 *	GET  <base>sign_in      sends the window to the provider (AD FS, Entra)
 *	GET  <base>signed_in    the provider sends it back here, and on to <base>signed-in.html#code=...
 *	                        (or ?error=<why>), whose page gives the code to the pane
 *	POST <base>signed_in    headers token and code: the pane ends the sign-in
 *	POST <base>sign_out     header token: forgets the user
 *
 * The code ties the window to the pane that opened it. Without it, whoever lures somebody to a link
 * of his own would find that person's rooms in his pane.
 */
#ifndef API_SIGN_IN_H
#define API_SIGN_IN_H

#include "api/addin_call.h"

extern const struct addin_call_kind sign_in_begin, sign_in_leave, sign_in_return, sign_in_end,
	sign_in_out;

#endif
