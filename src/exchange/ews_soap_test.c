#include "exchange/ews_soap.h"

#include "exchange/ews_canned.h"
#include "exchange/ews_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static enum err_code refused(const struct ews_reply *reply, struct err *err)
{
	struct ews_response response;
	*err = (struct err){ 0 };
	assert_false(ews_response_read(reply, "GetItem", &response, err));
	assert_true(*err->text);
	return err->code;
}

static void text_is_fit_for_xml(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	ews_text(&b, "a<b>&\"\r\n\t\x01\x1f\xc3\xa4|\xff|\xef\xbf\xbe|\xef\xbf\xbd|\xe2\x82");
	assert_string_equal(b.data, "a&lt;b&gt;&amp;&quot;&#13;\n\t\xc3\xa4|||\xef\xbf\xbd|");
	buf_release(&b);
}

static void the_account_is_impersonated_or_not(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 10000);
	ews_envelope_begin(&b, "room@example.org");
	assert_non_null(
		strstr(b.data, "<t:ConnectingSID><t:SmtpAddress>room@example.org</t:SmtpAddress>"));
	buf_reset(&b);
	ews_envelope_begin(&b, NULL);
	assert_null(strstr(b.data, "Impersonation"));
	assert_non_null(strstr(b.data, "Version=\"Exchange2013_SP1\""));
	buf_release(&b);
}

static void busy_is_obeyed_within_limits(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		int64_t header, want;
	} cases[] = {
		{ FAULT("ErrorServerBusy", BACKOFF("297749")), -1, 297749 },
		{ FAULT("ErrorServerBusy", BACKOFF("300000")), 1, 300000 },
		{ FAULT("ErrorServerBusy", BACKOFF("0")), -1, EWS_BACKOFF_MIN_MS },
		{ FAULT("ErrorServerBusy", BACKOFF("1")), -1, EWS_BACKOFF_MIN_MS },
		{ FAULT("ErrorServerBusy", ""), -1, EWS_BACKOFF_DEFAULT_MS },
		{ FAULT("ErrorServerBusy", ""), 7000, 7000 },
		{ FAULT("ErrorServerBusy", BACKOFF("-5")), -1, EWS_BACKOFF_DEFAULT_MS },
		{ FAULT("ErrorServerBusy", BACKOFF("soon")), -1, EWS_BACKOFF_DEFAULT_MS },
		{ FAULT("ErrorServerBusy", BACKOFF("4000000000")), -1, EWS_BACKOFF_MAX_MS },
		{ FAULT("ErrorServerBusy", BACKOFF("99999999999999999999999")), -1,
			EWS_BACKOFF_MAX_MS },
	};
	struct err err;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (long status = 200; status <= 500; status += 300) {
			struct ews_reply reply = reply_of(status, cases[i].body);
			reply.retry_after_ms = cases[i].header;
			assert_int_equal(refused(&reply, &err), ERR_BUSY);
			assert_int_equal(err.retry_after_ms, cases[i].want);
		}
}

static void busy_in_a_response_message(void **state)
{
	(void)state;
	static const char body[] = RESPONSE("GetItem",
		"<m:GetItemResponseMessage "
		"ResponseClass=\"Error\"><m:MessageText>Busy.</m:MessageText>"
		"<m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:MessageXml>" BACKOFF(
			"1234") "</m:MessageXml></m:GetItemResponseMessage>");
	struct ews_reply reply = reply_of(200, body);
	struct ews_response response;
	struct err err;
	struct exchange_result result;
	assert_true(ews_response_read(&reply, "GetItem", &response, &err));
	assert_false(ews_message_ok(response.first, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(err.retry_after_ms, 1234);
	assert_false(ews_results_read(&response, 1, NULL, NULL, &result, &err));
	assert_int_equal(err.retry_after_ms, 1234);
	ews_response_release(&response);
}

static void faults_name_the_missing_right(void **state)
{
	(void)state;
	static const char bare[] =
		"<Envelope xmlns=\"" NS_SOAP "\"><Body><Fault><faultcode>Client</faultcode>"
		"<faultstring>no more words</faultstring></Fault></Body></Envelope>";
	struct err err;
	struct ews_reply reply = reply_of(500, FAULT("ErrorImpersonateUserDenied", ""));
	assert_int_equal(refused(&reply, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "ApplicationImpersonation"));
	assert_non_null(strstr(err.text, "'ErrorImpersonateUserDenied'"));
	reply = reply_of(500, bare);
	assert_int_equal(refused(&reply, &err), ERR_PROTOCOL);
	assert_string_equal(err.text, "exchange answers 'Client': no more words");
}

static void statuses_have_their_meaning(void **state)
{
	(void)state;
	static const struct {
		long status;
		enum err_code code;
		const char *word;
	} cases[] = {
		{ 301, ERR_PROTOCOL, "redirects" },
		{ 400, ERR_PROTOCOL, "400" },
		{ 401, ERR_DENIED, "password" },
		{ 403, ERR_DENIED, "EwsEnabled" },
		{ 404, ERR_NOT_FOUND, "/EWS/Exchange.asmx" },
		{ 407, ERR_DENIED, "proxy" },
		{ 410, ERR_NOT_FOUND, "410" },
		{ 429, ERR_BUSY, "waiting" },
		{ 440, ERR_DENIED, "login page" },
		{ 456, ERR_DENIED, "blocked" },
		{ 500, ERR_NET, "500" },
		{ 502, ERR_NET, "502" },
		{ 503, ERR_BUSY, "503" },
		{ 999, ERR_PROTOCOL, "999" },
	};
	static const char *const bodies[] = { "", "<html>no</html>", "text", "<x/>" };
	struct err err;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t j = 0; j < sizeof(bodies) / sizeof(*bodies); j++) {
			struct ews_reply reply = reply_of(cases[i].status, bodies[j]);
			reply.retry_after_ms = 2000;
			assert_int_equal(refused(&reply, &err), cases[i].code);
			assert_non_null(strstr(err.text, cases[i].word));
			assert_int_equal(err.retry_after_ms, err.code == ERR_BUSY ? 2000 : 0);
		}
}

static void what_is_no_soap_is_named(void **state)
{
	(void)state;
	struct err err;
	struct ews_reply reply = reply_of(200, "");
	refused(&reply, &err);
	assert_non_null(strstr(err.text, "empty"));

	reply = reply_of(200, "<!DOCTYPE html>\n<HTML><body><form>Sign in</form></body></HTML>");
	reply.content_type = "text/html";
	assert_int_equal(refused(&reply, &err), ERR_PROTOCOL);
	assert_non_null(strstr(err.text, "login page"));

	reply = reply_of(200, "{\"a\": 1}");
	reply.content_type = "application/json";
	refused(&reply, &err);
	assert_non_null(strstr(err.text, "'application/json'"));

	reply = reply_of(200, "<x/>");
	refused(&reply, &err);
	assert_non_null(strstr(err.text, "'x'"));

	reply = reply_of(200, RESPONSE("FindItem", MESSAGE("FindItem", "")));
	refused(&reply, &err);
	assert_non_null(strstr(err.text, "'FindItemResponse'"));

	reply = reply_of(200, RESPONSE("GetItem", ""));
	assert_int_equal(refused(&reply, &err), ERR_PROTOCOL);
	reply = reply_of(200, ENVELOPE(""));
	assert_int_equal(refused(&reply, &err), ERR_PROTOCOL);
}

static void codes_have_their_meaning(void **state)
{
	(void)state;
	static const struct {
		const char *code;
		enum err_code want;
	} cases[] = {
		{ "ErrorItemNotFound", ERR_NOT_FOUND },
		{ "ErrorIrresolvableConflict", ERR_CONFLICT },
		{ "ErrorInvalidSyncStateData", ERR_CONFLICT },
		{ "ErrorChangeKeyRequiredForWriteOperations", ERR_CONFLICT },
		{ "ErrorCalendarIsCancelledForAccept", ERR_INVALID },
		{ "ErrorCalendarMeetingRequestIsOutOfDate", ERR_INVALID },
		{ "ErrorInvalidPropertySet", ERR_INVALID },
		{ "ErrorMailboxStoreUnavailable", ERR_NET },
		{ "ErrorNoRespondingCASInDestinationSite", ERR_NET },
		{ "ErrorMailboxMoveInProgress", ERR_BUSY },
		{ "ErrorExceededConnectionCount", ERR_BUSY },
		{ "ErrorSomethingNew", ERR_PROTOCOL },
	};
	struct err err;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_false(ews_error_code(cases[i].code, "Words. ", -1, &err));
		assert_int_equal(err.code, cases[i].want);
		assert_non_null(strstr(err.text, cases[i].code));
	}
	assert_string_equal(err.text, "exchange answers 'ErrorSomethingNew': Words");
	assert_false(ews_error_code("ErrorX", NULL, -1, NULL));
}

static void a_batch_is_read_in_order(void **state)
{
	(void)state;
	static const char body[] = RESPONSE("GetItem",
		MESSAGE("GetItem", "") ERROR_MESSAGE("GetItem", "ErrorItemNotFound")
			MESSAGE("GetItem", ""));
	struct ews_reply reply = reply_of(200, body);
	struct ews_response response;
	struct exchange_result r[4];
	struct err err;
	assert_true(ews_response_read(&reply, "GetItem", &response, &err));
	assert_true(ews_results_read(&response, 4, NULL, NULL, r, &err));
	assert_true(r[0].ok && !r[1].ok && r[2].ok && !r[3].ok);
	assert_int_equal(r[1].err.code, ERR_NOT_FOUND);
	assert_int_equal(r[3].err.code, ERR_NET);
	assert_false(ews_results_read(&response, 2, NULL, NULL, r, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	ews_response_release(&response);
}

static void read_denials(const char *body, size_t count, bool wholesale, enum err_code first)
{
	struct ews_reply reply = reply_of(200, body);
	struct ews_response response;
	struct exchange_result r[2];
	struct err err = { 0 };
	assert_true(ews_response_read(&reply, "GetItem", &response, NULL));
	assert_int_equal(ews_results_read(&response, count, NULL, NULL, r, &err), !wholesale);
	assert_int_equal(wholesale ? err.code : r[0].err.code, first);
	ews_response_release(&response);
}

static void one_denied_item_is_not_the_mailbox(void **state)
{
#define DENIED(code) ERROR_MESSAGE("GetItem", code)
	(void)state;
	read_denials(RESPONSE("GetItem", DENIED("ErrorAccessDenied")), 1, false, ERR_PROTOCOL);
	read_denials(RESPONSE("GetItem", DENIED("ErrorAccessDenied") MESSAGE("GetItem", "")), 2,
		false, ERR_PROTOCOL);
	read_denials(RESPONSE("GetItem", DENIED("ErrorSendAsDenied") MESSAGE("GetItem", "")), 2,
		false, ERR_PROTOCOL);
	read_denials(RESPONSE("GetItem", DENIED("ErrorSendAsDenied")), 1, true, ERR_DENIED);
	read_denials(RESPONSE("GetItem", DENIED("ErrorAccessDenied") DENIED("ErrorAccessDenied")),
		2, true, ERR_DENIED);
}

static void a_cut_answer_is_a_failure(void **state)
{
	(void)state;
	static const char whole[] = RESPONSE(
		"GetItem", MESSAGE("GetItem", "<m:Items><![CDATA[x]]>&#228;\xc3\xa4</m:Items>"));
	struct ews_reply reply = reply_of(200, whole);
	struct ews_response response;
	struct err err;
	assert_true(ews_response_read(&reply, "GetItem", &response, &err));
	ews_response_release(&response);
	for (reply.len = 0; reply.len < strlen(whole); reply.len++)
		assert_false(ews_response_read(&reply, "GetItem", &response, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_fit_for_xml),
		cmocka_unit_test(the_account_is_impersonated_or_not),
		cmocka_unit_test(busy_is_obeyed_within_limits),
		cmocka_unit_test(busy_in_a_response_message),
		cmocka_unit_test(faults_name_the_missing_right),
		cmocka_unit_test(statuses_have_their_meaning),
		cmocka_unit_test(what_is_no_soap_is_named),
		cmocka_unit_test(codes_have_their_meaning),
		cmocka_unit_test(a_batch_is_read_in_order),
		cmocka_unit_test(one_denied_item_is_not_the_mailbox),
		cmocka_unit_test(a_cut_answer_is_a_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
