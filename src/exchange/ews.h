/*
 * ews - the exchange driver for Exchange Server: Exchange Web Services, SOAP over HTTPS.
 */
#ifndef EXCHANGE_EWS_H
#define EXCHANGE_EWS_H

struct exchange_driver;
extern const struct exchange_driver exchange_ews;

#endif
