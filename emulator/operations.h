/*
 * operations - what EWS can be asked to do: one function each, found by name.
 */
#ifndef EMULATOR_OPERATIONS_H
#define EMULATOR_OPERATIONS_H

#include "soap.h"

operation *operation_find(const char *name); /* NULL: unknown */

operation op_get_item, op_create_item, op_update_item, op_delete_item, op_move_item, op_copy_item,
	op_send_item, op_find_item, op_sync_folder_items;
operation op_get_folder, op_find_folder, op_sync_folder_hierarchy;
operation op_subscribe, op_unsubscribe, op_get_events, op_get_streaming_events;
operation op_resolve_names, op_get_server_time_zones, op_convert_id;
operation op_get_user_configuration, op_create_user_configuration, op_update_user_configuration,
	op_delete_user_configuration;

#endif
