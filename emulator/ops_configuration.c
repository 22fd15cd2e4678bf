/*
 * User configurations: what clients keep in a folder out of people's sight. The folder calendar has
 * one from the beginning, "Calendar": how the attendant treats this mailbox.
 */
#include "base/text.h"
#include "markup.h"
#include "operations.h"

#include <stdlib.h>
#include <string.h>

enum { DICTIONARY_MAX = 1 << 20 };

/* Where a configuration is, or would be. */
struct place {
	struct folder *folder;
	const char *name;
	struct configuration *found; /* NULL: there is none */
};

static bool name_is_valid(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789.";

	return !text_empty(name) && strlen(name) <= CONFIGURATION_NAME_MAX &&
		strspn(name, allowed) == strlen(name);
}

static bool find_place(
	struct call *call, const xml_node *node, struct place *ret, struct refusal *r)
{
	ret->name = node ? xml_attribute(node, "Name", call->arena) : NULL;
	if (!name_is_valid(ret->name))
		return refuse(r, "ErrorInvalidValueForProperty",
			"The name of a user configuration is made of letters, digits and dots.");
	if (!soap_folder_in(call, node, &ret->folder, r))
		return false;
	ret->found = configuration_find(&call->mailbox->configurations, ret->folder, ret->name);
	return true;
}

static bool not_found(struct refusal *r)
{
	return refuse(r, "ErrorItemNotFound", "The specified object was not found in the store.");
}

static bool is_calendar(const struct place *place)
{
	return place->folder->kind == FOLDER_CALENDAR && text_equal(place->name, "Calendar");
}

static void write_setting(struct buf *b, const char *key, int value)
{
	buf_addf(b,
		"<t:DictionaryEntry><t:DictionaryKey><t:Type>String</t:Type><t:Value>%s</t:Value>"
		"</t:DictionaryKey><t:DictionaryValue><t:Type>Integer32</t:Type>"
		"<t:Value>%d</t:Value></t:DictionaryValue></t:DictionaryEntry>",
		key, value);
}

static void write_dictionary(struct call *call, const struct place *place)
{
	struct buf *b = &call->out;

	if (!is_calendar(place) && !(place->found && place->found->dictionary))
		return;
	buf_adds(b, "<t:Dictionary>");
	if (is_calendar(place))
		write_setting(b, "AutomateProcessing", (int)call->mailbox->processing);
	if (place->found && place->found->dictionary)
		buf_adds(b, place->found->dictionary);
	buf_adds(b, "</t:Dictionary>");
}

static void write_configuration(struct call *call, const struct place *place)
{
	const char *wish = xml_child_text(call->op, "UserConfigurationProperties", call->arena);
	struct buf *b = &call->out;
	const char *wanted = wish ? wish : "";
	bool all = strstr(wanted, "All") != NULL;

	buf_addf(b, "<m:UserConfiguration><t:UserConfigurationName Name=\"%s\">", place->name);
	buf_addf(b, "<t:FolderId Id=\"%s\"/></t:UserConfigurationName>", place->folder->id);
	if (place->found && (all || strstr(wanted, "Id")))
		buf_addf(b, "<t:ItemId Id=\"%s\"/>", place->found->id);
	if (all || strstr(wanted, "Dictionary"))
		write_dictionary(call, place);
	if (place->found && place->found->xml && (all || strstr(wanted, "XmlData")))
		markup_element(b, "XmlData", place->found->xml);
	if (place->found && place->found->binary && (all || strstr(wanted, "BinaryData")))
		markup_element(b, "BinaryData", place->found->binary);
	buf_adds(b, "</m:UserConfiguration>");
}

void op_get_user_configuration(struct call *call)
{
	static const char op[] = "GetUserConfiguration";
	struct place place;
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	reply_begin(call, op);
	bool ok = find_place(call, xml_child(call->op, "UserConfigurationName"), &place, &r);
	if (ok && !place.found && !is_calendar(&place))
		ok = not_found(&r);
	if (ok) {
		reply_ok(call, op);
		write_configuration(call, &place);
		reply_end_message(call, op);
	} else {
		reply_refusal(call, op, &r, NULL);
	}
	reply_end(call, op);
}

static void copy_object(
	struct buf *b, const char *element, const xml_node *object, struct call *call)
{
	const char *type = xml_child_text(object, "Type", call->arena);

	buf_addf(b, "<t:%s>", element);
	markup_element(b, "Type", type ? type : "String");
	for (const xml_node *v = xml_child(object, "Value"); v; v = xml_next(v, "Value"))
		markup_element(b, "Value", xml_text(v, call->arena));
	buf_addf(b, "</t:%s>", element);
}

/* A configuration is replaced part by part: what the client does not name stays. */
static void take(struct call *call, const xml_node *node, struct configuration *one)
{
	const xml_node *dictionary = xml_child(node, "Dictionary");
	const char *xml = xml_child_text(node, "XmlData", call->arena);
	const char *binary = xml_child_text(node, "BinaryData", call->arena);
	struct buf b;

	if (dictionary) {
		buf_init(&b, DICTIONARY_MAX);
		const xml_node *entry = xml_child(dictionary, "DictionaryEntry");
		for (; entry; entry = xml_next(entry, "DictionaryEntry")) {
			buf_adds(&b, "<t:DictionaryEntry>");
			copy_object(&b, "DictionaryKey", xml_child(entry, "DictionaryKey"), call);
			copy_object(
				&b, "DictionaryValue", xml_child(entry, "DictionaryValue"), call);
			buf_adds(&b, "</t:DictionaryEntry>");
		}
		item_set(&one->dictionary, b.data);
		buf_release(&b);
	}
	if (xml)
		item_set(&one->xml, xml);
	if (binary)
		item_set(&one->binary, binary);
}

static bool create(struct call *call, struct place *place, const xml_node *node, struct refusal *r)
{
	if (place->found || is_calendar(place))
		return refuse(
			r, "ErrorItemSave", "A user configuration of this name exists already.");
	place->found = configuration_add(
		&call->mailbox->configurations, place->folder, place->name, org_new_id(call->org));
	if (!place->found)
		return refuse(r, "ErrorQuotaExceeded", "There are too many user configurations.");
	take(call, node, place->found);
	return true;
}

static bool update(struct call *call, struct place *place, const xml_node *node, struct refusal *r)
{
	if (!place->found)
		return not_found(r);
	take(call, node, place->found);
	return true;
}

static bool delete (struct call *call, struct place *place, const xml_node *node, struct refusal *r)
{
	(void)node;
	if (!place->found)
		return not_found(r);
	configuration_remove(&call->mailbox->configurations, place->found);
	return true;
}

typedef bool change_fn(
	struct call *call, struct place *place, const xml_node *node, struct refusal *r);

/* node: the UserConfiguration, or the operation itself when it names one only. */
static void run(struct call *call, const char *op, const xml_node *node, change_fn *change)
{
	struct place place;
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	reply_begin(call, op);
	if (find_place(call, xml_child(node, "UserConfigurationName"), &place, &r) &&
		change(call, &place, node, &r)) {
		reply_ok(call, op);
		reply_end_message(call, op);
	} else {
		reply_refusal(call, op, &r, NULL);
	}
	reply_end(call, op);
}

void op_create_user_configuration(struct call *call)
{
	run(call, "CreateUserConfiguration", xml_child(call->op, "UserConfiguration"), create);
}

void op_update_user_configuration(struct call *call)
{
	run(call, "UpdateUserConfiguration", xml_child(call->op, "UserConfiguration"), update);
}

void op_delete_user_configuration(struct call *call)
{
	run(call, "DeleteUserConfiguration", call->op, delete);
}
