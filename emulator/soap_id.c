#include "base/text.h"
#include "occurrence.h"
#include "soap.h"

#include <string.h>

enum { ID_BYTES_MAX = 1024 };

static bool is_base64(const char *text)
{
	struct buf bytes;

	buf_init(&bytes, ID_BYTES_MAX);
	bool ok = text_base64_decode(&bytes, text, strlen(text)) && bytes.len > 16;
	buf_release(&bytes);
	return ok;
}

static bool not_found(struct refusal *r)
{
	return refuse(r, "ErrorItemNotFound", "The specified object was not found in the store.");
}

struct item *soap_occurrence(struct call *call, const struct item *master, int64_t original_start)
{
	struct item *item = occurrence_item(master, original_start);

	if (!item)
		return NULL;
	item->thread_next = call->made;
	call->made = item;
	return item;
}

/* An id of either kind: of an item, or of an occurrence. */
static bool item_by_id(struct call *call, const char *text, struct item **ret, struct refusal *r)
{
	struct item *item, *master;
	int64_t original;

	if (text_empty(text))
		return refuse(r, "ErrorInvalidIdEmpty", "Id must be non-empty.");
	item = org_item(call->org, text);
	if (!item && occurrence_of_id(call->org, text, &master, &original))
		item = soap_occurrence(call, master, original);
	if (!item && !is_base64(text))
		return refuse(r, "ErrorInvalidIdMalformed", "Id is malformed.");
	if (!item || item->folder->mailbox != call->mailbox)
		return not_found(r);
	*ret = item;
	return true;
}

static bool item_by_index(
	struct call *call, const xml_node *id, struct item **ret, struct refusal *r)
{
	const char *index = xml_attribute(id, "InstanceIndex", call->arena);
	struct occurrence_walk walk;
	struct item *master;
	int64_t wanted, at;

	if (!item_by_id(call, xml_attribute(id, "RecurringMasterId", call->arena), &master, r))
		return false;
	if (!master->series)
		return refuse(r, "ErrorCalendarCannotUseIdForOccurrenceId",
			"The item is no recurring master.");
	if (!index || !text_to_int64(index, &wanted))
		wanted = 0;
	occurrence_walk_init(&walk, master);
	while (walk.days.index < wanted && occurrence_next(&walk, &at))
		;
	if (wanted < 1 || walk.days.index != wanted)
		return refuse(r, "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
			"Occurrence with this index is out of the recurrence's range.");
	*ret = soap_occurrence(call, master, at);
	return *ret ||
		refuse(r, "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
			"Occurrence with this index was previously deleted from the recurrence.");
}

static bool master_of(struct call *call, const xml_node *id, struct item **ret, struct refusal *r)
{
	struct item *item;

	if (!item_by_id(call, xml_attribute(id, "OccurrenceId", call->arena), &item, r))
		return false;
	if (!item->master)
		return refuse(r, "ErrorCalendarCannotUseIdForRecurringMasterId",
			"The item is no occurrence.");
	*ret = item->master;
	return true;
}

bool soap_item(struct call *call, const xml_node *id, struct item **ret, struct refusal *r)
{
	if (++call->items_named == call->fail_item)
		return refuse(r, call->fail_code, "Refused by fault injection.");
	if (text_equal(xml_name(id), "OccurrenceItemId"))
		return item_by_index(call, id, ret, r);
	if (text_equal(xml_name(id), "RecurringMasterItemId"))
		return master_of(call, id, ret, r);
	return item_by_id(call, xml_attribute(id, "Id", call->arena), ret, r);
}

static bool distinguished(struct call *call, const char *name, struct folder **ret)
{
	for (int i = 0; i < FOLDER_KINDS; i++) {
		if (text_equal(folder_infos[i].distinguished, name)) {
			*ret = call->mailbox->folders[i];
			return true;
		}
	}
	return false;
}

bool soap_folder(struct call *call, const xml_node *id, struct folder **ret, struct refusal *r)
{
	const char *text = xml_attribute(id, "Id", call->arena);
	const char *owner = xml_child_text(xml_child(id, "Mailbox"), "EmailAddress", call->arena);

	if (text_empty(text))
		return refuse(r, "ErrorInvalidIdEmpty", "Id must be non-empty.");
	if (owner && !text_equal_nocase(owner, call->mailbox->smtp))
		return refuse(r, "ErrorAccessDenied",
			"Access is denied. Check credentials and try again.");
	if (text_equal(xml_name(id), "DistinguishedFolderId")) {
		if (distinguished(call, text, ret))
			return true;
		return refuse(r, "ErrorFolderNotFound",
			"The specified folder could not be found in the store.");
	}
	struct folder *folder = org_folder(call->org, text);
	if (!folder && !is_base64(text))
		return refuse(r, "ErrorInvalidIdMalformed", "Id is malformed.");
	if (!folder || folder->mailbox != call->mailbox)
		return refuse(r, "ErrorFolderNotFound",
			"The specified folder could not be found in the store.");
	*ret = folder;
	return true;
}

bool soap_folder_in(
	struct call *call, const xml_node *parent, struct folder **ret, struct refusal *r)
{
	const xml_node *id = xml_child(parent, NULL);

	if (!id)
		return refuse(r, "ErrorInvalidRequest", "The request names no folder.");
	return soap_folder(call, id, ret, r);
}
