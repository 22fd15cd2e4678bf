#include "exchange/ews_error.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

struct meaning {
	const char *code; /* a '*' at its end stands for the rest */
	enum err_code err;
	const char *remedy; /* NULL: Exchange's own words */
};

/* The first row that fits counts. The codes are those of the EWS schema's ResponseCodeType. */
static const struct meaning meanings[] = {
	{ "ErrorServerBusy", ERR_BUSY, "the mailbox is throttled, waiting as told" },
	{ "ErrorExceededConnectionCount", ERR_BUSY,
		"too many connections to this mailbox: raise EWSMaxConcurrency in its throttling "
		"policy or stop the other client" },
	{ "ErrorExceededSubscriptionCount", ERR_BUSY,
		"too many subscriptions on this mailbox: raise EWSMaxSubscriptions in its "
		"throttling "
		"policy or stop the other client" },
	{ "ErrorMailboxMoveInProgress", ERR_BUSY, "the mailbox is being moved" },
	{ "ErrorTooManyObjectsOpened", ERR_BUSY, NULL },
	{ "ErrorInsufficientResources", ERR_BUSY, NULL },
	{ "ErrorNotEnoughMemory", ERR_BUSY, NULL },

	{ "ErrorMailboxStoreUnavailable", ERR_NET, "the mailbox database is not available" },
	{ "ErrorMailboxFailover", ERR_NET, "the mailbox database is failing over" },
	{ "ErrorConnectionFailed", ERR_NET, NULL },
	{ "ErrorTimeoutExpired", ERR_NET, NULL },
	{ "ErrorInternalServerTransientError", ERR_NET, NULL },
	/* Exchange's word for whatever went wrong in it; one corrupt item can be enough. */
	{ "ErrorInternalServerError", ERR_INTERNAL, NULL },
	{ "ErrorBatchProcessingStopped", ERR_NET, "the rest of the batch was not tried" },
	{ "ErrorRequestAborted", ERR_NET, NULL },
	{ "ErrorClientDisconnected", ERR_NET, NULL },
	{ "ErrorAD*", ERR_NET, "the directory does not answer Exchange" },
	{ "ErrorNo*CAS*", ERR_NET, NULL },
	{ "ErrorProxy*", ERR_NET, NULL },

	{ "ErrorImpersonateUserDenied", ERR_DENIED,
		"the account may not act for the equipment mailbox: give it the role "
		"ApplicationImpersonation with a scope that contains this mailbox, or sign in as "
		"the "
		"mailbox itself" },
	{ "ErrorImpersonationDenied", ERR_DENIED,
		"the account may not impersonate on this server: give it the role "
		"ApplicationImpersonation" },
	{ "ErrorImpersonationFailed", ERR_DENIED,
		"check that the equipment mailbox exists and the account has the role "
		"ApplicationImpersonation" },
	{ "ErrorAccessDenied", ERR_DENIED,
		"the account lacks rights on the equipment mailbox: give it full access, or use "
		"impersonation" },
	{ "ErrorCreateItemAccessDenied", ERR_DENIED,
		"the account may not answer for the equipment mailbox: give it full access, or use "
		"impersonation" },
	{ "ErrorSendAsDenied", ERR_DENIED,
		"the account may not send as the equipment mailbox: give it the right Send As" },
	{ "ErrorAccountDisabled", ERR_DENIED, "enable the account" },
	{ "ErrorPassword*", ERR_DENIED, "renew the account's password" },
	{ "ErrorOrganizationAccessBlocked", ERR_DENIED, NULL },
	{ "ErrorMailboxLogonFailed", ERR_DENIED, NULL },
	{ "ErrorInvalidUser*", ERR_DENIED, "check the account's name" },

	{ "ErrorNonExistentMailbox", ERR_NOT_FOUND,
		"there is no mailbox with this address: check the equipment's address" },
	{ "ErrorNonPrimarySmtpAddress", ERR_INVALID,
		"this is a secondary address: configure the primary address of the equipment" },
	{ "ErrorMissingEmailAddress", ERR_NOT_FOUND, "the account has no mailbox of its own" },
	{ "ErrorItemNotFound", ERR_NOT_FOUND, "the item was moved, deleted or answered already" },
	{ "ErrorCalendarOccurrenceIsDeletedFromRecurrence", ERR_NOT_FOUND,
		"the occurrence was deleted" },
	{ "ErrorFolderNotFound", ERR_NOT_FOUND, NULL },
	{ "ErrorInvalidIdMalformed*", ERR_NOT_FOUND, "the item's id is not valid any more" },
	{ "ErrorInvalidIdXml", ERR_NOT_FOUND, "the item's id is not valid any more" },

	{ "ErrorInvalidSyncStateData", ERR_CONFLICT, "the sync state is not valid any more" },
	{ "ErrorSyncFolderNotFound", ERR_CONFLICT, "the folder of the sync state is gone" },
	{ "ErrorIrresolvableConflict", ERR_CONFLICT, "the item was changed meanwhile" },
	{ "ErrorStaleObject", ERR_CONFLICT, "the item was changed meanwhile" },
	{ "ErrorInvalidChangeKey", ERR_CONFLICT, "the item was changed meanwhile" },
	{ "ErrorChangeKeyRequired*", ERR_CONFLICT, "the item's change key is missing" },
	{ "ErrorObjectTypeChanged", ERR_CONFLICT, NULL },

	{ "ErrorCalendarIsCancelledFor*", ERR_INVALID, "the meeting is cancelled" },
	{ "ErrorCalendarIsDelegatedFor*", ERR_INVALID, "the request was sent to a delegate" },
	{ "ErrorCalendarIsOrganizerFor*", ERR_INVALID,
		"the mailbox organises this meeting itself" },
	{ "ErrorCalendarMeetingRequestIsOutOfDate", ERR_INVALID, "a newer request exists" },
	{ "ErrorQuotaExceeded", ERR_LIMIT,
		"the mailbox is full: make room in it or raise its quota" },
	{ "ErrorMessageSizeExceeded", ERR_LIMIT, NULL },
	{ "ErrorSchemaValidation", ERR_INTERNAL, NULL },
	{ "ErrorInvalidRequest", ERR_INTERNAL, NULL },
	{ "ErrorInvalidServerVersion", ERR_PROTOCOL,
		"this Exchange is older than Exchange 2013 SP1, which is the oldest supported" },
	{ "ErrorCalendar*", ERR_INVALID, NULL },
	{ "ErrorInvalid*", ERR_INVALID, NULL },
	{ "ErrorItemCorrupt", ERR_INVALID, NULL },
	{ "ErrorCorruptData", ERR_INVALID, NULL },
	{ "ErrorContentConversionFailed", ERR_INVALID, NULL },
};

/* Takes '*' in the pattern for any run of characters. */
static bool fits(const char *pattern, const char *code)
{
	for (; *pattern && *pattern != '*'; pattern++, code++)
		if (*pattern != *code)
			return false;
	if (!*pattern)
		return !*code;
	do {
		if (fits(pattern + 1, code))
			return true;
	} while (*code++);
	return false;
}

static int64_t clamp(int64_t ms)
{
	if (ms < 0)
		return EWS_BACKOFF_DEFAULT_MS;
	if (ms < EWS_BACKOFF_MIN_MS)
		return EWS_BACKOFF_MIN_MS;
	return ms > EWS_BACKOFF_MAX_MS ? EWS_BACKOFF_MAX_MS : ms;
}

static bool set(enum err_code code, const char *subject, const char *words, int64_t retry_after_ms,
	struct err *err)
{
	/* Exchange's sentences come with a full stop, and any length. */
	int len = (int)strnlen(words, ERR_TEXT_MAX / 2);
	while (len > 0 && strchr(". \t\r\n", words[len - 1]))
		len--;
	err_set(err, code, "exchange answers '%.*s'%s%.*s", ERR_TEXT_MAX / 4, subject,
		len ? ": " : "", len, words);
	if (err && code == ERR_BUSY)
		err->retry_after_ms = clamp(retry_after_ms);
	return false;
}

bool ews_error_code(const char *code, const char *message, int64_t retry_after_ms, struct err *err)
{
	if (!message)
		message = "";
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		const struct meaning *m = &meanings[i];
		if (fits(m->code, code))
			return set(
				m->err, code, m->remedy ? m->remedy : message, retry_after_ms, err);
	}
	return set(ERR_PROTOCOL, code, message, retry_after_ms, err);
}

struct status {
	long from, to;
	enum err_code err;
	const char *words;
};

static const struct status statuses[] = {
	{ 300, 399, ERR_PROTOCOL,
		"redirects are not followed: configure the address it really has" },
	{ 401, 401, ERR_DENIED,
		"user name or password refused: check both, and that Basic authentication is "
		"allowed "
		"for EWS" },
	{ 403, 403, ERR_DENIED,
		"EWS is not allowed for this account or this program: check EwsEnabled and the EWS "
		"application access policy" },
	{ 404, 404, ERR_NOT_FOUND,
		"there is no EWS at this address: it usually ends in /EWS/Exchange.asmx" },
	{ 405, 405, ERR_PROTOCOL,
		"there is no EWS at this address: it usually ends in /EWS/Exchange.asmx" },
	{ 407, 407, ERR_DENIED, "a proxy between us and Exchange asks for credentials" },
	{ 408, 408, ERR_NET, "the request took too long" },
	{ 410, 410, ERR_NOT_FOUND, "this address is not in use any more" },
	{ 413, 413, ERR_LIMIT, "the request is larger than this server allows" },
	{ 429, 429, ERR_BUSY, "too many requests, waiting as told" },
	{ 440, 440, ERR_DENIED,
		"a login page's session ran out: a proxy with form-based login stands before EWS, "
		"let it pass EWS through" },
	{ 456, 456, ERR_DENIED, "the account is blocked: unblock it or renew its password" },
	{ 503, 503, ERR_BUSY, "the server is overloaded or in maintenance" },
	{ 500, 599, ERR_NET, "the server failed" },
	{ 400, 499, ERR_PROTOCOL, "the request was refused without a reason" },
};

bool ews_error_status(long status, int64_t retry_after_ms, struct err *err)
{
	enum err_code code = ERR_PROTOCOL;
	const char *words = "an unknown status";
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (status >= statuses[i].from && status <= statuses[i].to) {
			code = statuses[i].err;
			words = statuses[i].words;
			break;
		}
	err_set(err, code, "exchange answers with HTTP status '%ld': %s", status, words);
	if (err && code == ERR_BUSY)
		err->retry_after_ms = clamp(retry_after_ms);
	return false;
}

int64_t ews_error_backoff(const char *text)
{
	int64_t ms;
	if (!text)
		return -1;
	if (text_to_int64(text, &ms))
		return ms < 0 ? -1 : ms > EWS_BACKOFF_MAX_MS ? EWS_BACKOFF_MAX_MS : ms;
	/* Digits only, and yet no number: too large for one. */
	return *text && strspn(text, "0123456789") == strlen(text) ? EWS_BACKOFF_MAX_MS : -1;
}
