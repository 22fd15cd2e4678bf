/*
 * ews_canned - answers of Exchange for the tests: as it sends them, and as others might.
 */
#ifndef EXCHANGE_EWS_CANNED_H
#define EXCHANGE_EWS_CANNED_H

#include "exchange/ews_soap.h"

#include <string.h>

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_M    "http://schemas.microsoft.com/exchange/services/2006/messages"
#define NS_T    "http://schemas.microsoft.com/exchange/services/2006/types"
#define NS_E    "http://schemas.microsoft.com/exchange/services/2006/errors"

/* Exchange's own prefixes. */
#define ENVELOPE(body)                                                                             \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"" NS_SOAP                 \
	"\"><s:Header><h:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"2\" xmlns:h=\"" NS_T \
	"\"/></s:Header><s:Body xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">" body     \
	"</s:Body></s:Envelope>"
#define RESPONSE(operation, messages)                                                              \
	ENVELOPE("<m:" operation "Response xmlns:m=\"" NS_M "\" xmlns:t=\"" NS_T                   \
		 "\"><m:ResponseMessages>" messages "</m:ResponseMessages></m:" operation          \
		 "Response>")
#define MESSAGE(operation, content)                                                                \
	"<m:" operation "ResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError"        \
	"</m:ResponseCode>" content "</m:" operation "ResponseMessage>"
#define ERROR_MESSAGE(operation, code)                                                             \
	"<m:" operation "ResponseMessage ResponseClass=\"Error\"><m:MessageText>Exchange's own "   \
	"words.</m:MessageText><m:ResponseCode>" code                                              \
	"</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey></m:" operation            \
	"ResponseMessage>"
#define FAULT(code, backoff)                                                                       \
	"<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body><s:Fault>"             \
	"<faultcode xmlns:a=\"" NS_T "\">a:" code "</faultcode><faultstring xml:lang=\"en-US\">"   \
	"The server cannot service this request right now.</faultstring><detail>"                  \
	"<e:ResponseCode xmlns:e=\"" NS_E "\">" code "</e:ResponseCode><e:Message xmlns:e=\"" NS_E \
	"\">The server cannot service this request right now.</e:Message>"                         \
	"<t:MessageXml xmlns:t=\"" NS_T "\">" backoff                                              \
	"</t:MessageXml></detail></s:Fault></s:Body></s:Envelope>"
#define BACKOFF(ms) "<t:Value Name=\"BackOffMilliseconds\">" ms "</t:Value>"

static inline struct ews_reply reply_of(long status, const char *body)
{
	return (struct ews_reply){ status, "text/xml; charset=utf-8", -1, body, strlen(body) };
}

#endif
