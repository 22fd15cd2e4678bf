#include "operations.h"

#include "base/text.h"

static const struct {
	const char *name;
	operation *run;
} table[] = {
	{ "ConvertId", op_convert_id },
	{ "CopyItem", op_copy_item },
	{ "CreateItem", op_create_item },
	{ "CreateUserConfiguration", op_create_user_configuration },
	{ "DeleteItem", op_delete_item },
	{ "DeleteUserConfiguration", op_delete_user_configuration },
	{ "FindFolder", op_find_folder },
	{ "FindItem", op_find_item },
	{ "GetEvents", op_get_events },
	{ "GetFolder", op_get_folder },
	{ "GetItem", op_get_item },
	{ "GetServerTimeZones", op_get_server_time_zones },
	{ "GetStreamingEvents", op_get_streaming_events },
	{ "GetUserConfiguration", op_get_user_configuration },
	{ "MoveItem", op_move_item },
	{ "ResolveNames", op_resolve_names },
	{ "SendItem", op_send_item },
	{ "Subscribe", op_subscribe },
	{ "SyncFolderHierarchy", op_sync_folder_hierarchy },
	{ "SyncFolderItems", op_sync_folder_items },
	{ "Unsubscribe", op_unsubscribe },
	{ "UpdateItem", op_update_item },
	{ "UpdateUserConfiguration", op_update_user_configuration },
};

operation *operation_find(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (text_equal(table[i].name, name))
			return table[i].run;
	return NULL;
}
