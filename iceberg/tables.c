/* tables: the data of tables.h, and the createTable request made from it. */
#include "iceberg/tables.h"

#include "base/json.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
enum { REQUIRED = true, OPTIONAL = false };

static const struct ice_map_type raw_metadata = {
    11, 12, "string", "string", OPTIONAL,
};

static const struct ice_column raw_columns[] = {
    {1, "device_id", "string", NULL, REQUIRED, "Device identifier"},
    {2, "user_id", "string", NULL, REQUIRED, "User identifier"},
    {3, "sample_id", "string", NULL, REQUIRED, "Sample identifier"},
    {4, "data_type", "string", NULL, REQUIRED,
     "Health data type (heartRate, steps, etc.)"},
    {5, "value", "double", NULL, REQUIRED, "Measurement value"},
    {6, "unit", "string", NULL, REQUIRED, "Unit of measurement"},
    {7, "start_date", "timestamp", NULL, REQUIRED,
     "Start timestamp of measurement"},
    {8, "end_date", "timestamp", NULL, REQUIRED,
     "End timestamp of measurement"},
    {9, "source_bundle", "string", NULL, OPTIONAL, "Source bundle identifier"},
    {10, "metadata", NULL, &raw_metadata, OPTIONAL,
     "Additional metadata as key-value pairs"},
    {13, "is_synced", "boolean", NULL, REQUIRED, "Sync status flag"},
    {14, "created_at", "timestamp", NULL, REQUIRED,
     "Record creation timestamp"},
    {15, "payload_timestamp", "timestamp", NULL, REQUIRED,
     "Original payload timestamp"},
    {16, "app_version", "string", NULL, REQUIRED, "Application version"},
    {17, "processing_time", "timestamp", NULL, REQUIRED,
     "Flink processing timestamp"},
    {18, "timezone", "string", NULL, REQUIRED,
     "IANA timezone identifier (e.g., Asia/Seoul)"},
    {19, "timezone_offset", "long", NULL, OPTIONAL,
     "Timezone offset in seconds from UTC"},
};

static const struct ice_partition_field raw_partition[] = {
    {7, 1000, "day", "start_date_day"},
    {4, 1001, "identity", "data_type"},
};

static const struct ice_property raw_properties[] = {
    {"write.format.default", "parquet"},
    {"write.parquet.compression-codec", "snappy"},
    {"write.metadata.compression-codec", "gzip"},
    {"commit.retry.num-retries", "3"},
    {"commit.retry.min-wait-ms", "100"},
    {"write.parquet.page-size-bytes", "1048576"},
    {"write.parquet.row-group-size-bytes", "134217728"},
    {"write.target-file-size-bytes", "268435456"},
};

static const struct ice_column errors_columns[] = {
    {1, "error_id", "string", NULL, REQUIRED, "Error record identifier"},
    {2, "error_type", "string", NULL, REQUIRED,
     "Type of error (validation, deserialization, etc.)"},
    {3, "error_message", "string", NULL, REQUIRED, "Error message description"},
    {4, "error_timestamp", "timestamp", NULL, REQUIRED,
     "When the error occurred"},
    {5, "raw_payload", "string", NULL, OPTIONAL,
     "Original raw payload that caused the error"},
    {6, "user_id", "string", NULL, OPTIONAL, "User identifier if available"},
    {7, "device_id", "string", NULL, OPTIONAL,
     "Device identifier if available"},
    {8, "sample_id", "string", NULL, OPTIONAL,
     "Sample identifier if available"},
    {9, "data_type", "string", NULL, OPTIONAL, "Health data type if available"},
    {10, "kafka_topic", "string", NULL, REQUIRED, "Source Kafka topic"},
    {11, "kafka_partition", "long", NULL, REQUIRED, "Source Kafka partition"},
    {12, "kafka_offset", "long", NULL, REQUIRED, "Source Kafka offset"},
};

static const struct ice_partition_field errors_partition[] = {
    {4, 1000, "day", "error_date"},
    {2, 1001, "identity", "error_type"},
};

static const struct ice_property errors_properties[] = {
    {"write.format.default", "parquet"},
    {"write.parquet.compression-codec", "snappy"},
    {"write.metadata.compression-codec", "gzip"},
    {"commit.retry.num-retries", "3"},
    {"commit.retry.min-wait-ms", "100"},
};

static const struct ice_column daily_columns[] = {
    {1, "user_id", "string", NULL, REQUIRED, "User identifier"},
    {2, "data_type", "string", NULL, REQUIRED,
     "Health data type (heartRate, steps, etc.)"},
    {3, "aggregation_date", "string", NULL, REQUIRED,
     "Aggregation date (YYYY-MM-DD)"},
    {4, "window_start", "timestamp", NULL, REQUIRED, "Window start timestamp"},
    {5, "window_end", "timestamp", NULL, REQUIRED, "Window end timestamp"},
    {6, "min_value", "double", NULL, REQUIRED, "Minimum value in window"},
    {7, "max_value", "double", NULL, REQUIRED, "Maximum value in window"},
    {8, "avg_value", "double", NULL, REQUIRED, "Average value in window"},
    {9, "sum_value", "double", NULL, REQUIRED, "Sum of values in window"},
    {10, "count", "long", NULL, REQUIRED, "Count of values in window"},
    {11, "stddev_value", "double", NULL, REQUIRED,
     "Standard deviation of values"},
    {12, "first_value", "double", NULL, OPTIONAL, "First value in window"},
    {13, "last_value", "double", NULL, OPTIONAL, "Last value in window"},
    {14, "record_count", "long", NULL, REQUIRED,
     "Number of records aggregated"},
    {15, "updated_at", "timestamp", NULL, REQUIRED, "Last update timestamp"},
    {16, "timezone", "string", NULL, REQUIRED,
     "Timezone used for aggregation (IANA format)"},
};

static const struct ice_partition_field daily_partition[] = {
    {1, 1000, "identity", "user_id"},
    {3, 1001, "identity", "aggregation_date"},
    {2, 1002, "identity", "data_type"},
};

static const struct ice_property agg_properties[] = {
    {"write.format.default", "parquet"},
    {"write.parquet.compression-codec", "snappy"},
    {"write.metadata.compression-codec", "gzip"},
    {"write.upsert.enabled", "true"},
    {"commit.retry.num-retries", "3"},
    {"commit.retry.min-wait-ms", "100"},
};

static const struct ice_column weekly_columns[] = {
    {1, "user_id", "string", NULL, REQUIRED, "User identifier"},
    {2, "data_type", "string", NULL, REQUIRED,
     "Health data type (heartRate, steps, etc.)"},
    {3, "week_start_date", "string", NULL, REQUIRED,
     "Week start date (Monday, YYYY-MM-DD)"},
    {4, "week_end_date", "string", NULL, REQUIRED,
     "Week end date (Sunday, YYYY-MM-DD)"},
    {5, "year", "long", NULL, REQUIRED, "Year"},
    {6, "week_of_year", "long", NULL, REQUIRED, "ISO week number (1-53)"},
    {7, "window_start", "timestamp", NULL, REQUIRED, "Window start timestamp"},
    {8, "window_end", "timestamp", NULL, REQUIRED, "Window end timestamp"},
    {9, "min_value", "double", NULL, REQUIRED, "Minimum value in window"},
    {10, "max_value", "double", NULL, REQUIRED, "Maximum value in window"},
    {11, "avg_value", "double", NULL, REQUIRED, "Average value in window"},
    {12, "sum_value", "double", NULL, REQUIRED, "Sum of values in window"},
    {13, "count", "long", NULL, REQUIRED, "Count of values in window"},
    {14, "stddev_value", "double", NULL, REQUIRED,
     "Standard deviation of values"},
    {15, "daily_avg_of_avg", "double", NULL, OPTIONAL,
     "Average of daily averages"},
    {16, "record_count", "long", NULL, REQUIRED,
     "Number of records aggregated"},
    {17, "updated_at", "timestamp", NULL, REQUIRED, "Last update timestamp"},
    {18, "timezone", "string", NULL, REQUIRED,
     "Timezone used for aggregation (IANA format)"},
};

static const struct ice_partition_field weekly_partition[] = {
    {1, 1000, "identity", "user_id"},
    {5, 1001, "identity", "year"},
    {6, 1002, "identity", "week_of_year"},
    {2, 1003, "identity", "data_type"},
};

static const struct ice_column monthly_columns[] = {
    {1, "user_id", "string", NULL, REQUIRED, "User identifier"},
    {2, "data_type", "string", NULL, REQUIRED,
     "Health data type (heartRate, steps, etc.)"},
    {3, "year", "long", NULL, REQUIRED, "Year"},
    {4, "month", "long", NULL, REQUIRED, "Month (1-12)"},
    {5, "month_start_date", "string", NULL, REQUIRED,
     "Month start date (1st day, YYYY-MM-DD)"},
    {6, "month_end_date", "string", NULL, REQUIRED,
     "Month end date (last day, YYYY-MM-DD)"},
    {7, "window_start", "timestamp", NULL, REQUIRED, "Window start timestamp"},
    {8, "window_end", "timestamp", NULL, REQUIRED, "Window end timestamp"},
    {9, "min_value", "double", NULL, REQUIRED, "Minimum value in window"},
    {10, "max_value", "double", NULL, REQUIRED, "Maximum value in window"},
    {11, "avg_value", "double", NULL, REQUIRED, "Average value in window"},
    {12, "sum_value", "double", NULL, REQUIRED, "Sum of values in window"},
    {13, "count", "long", NULL, REQUIRED, "Count of values in window"},
    {14, "stddev_value", "double", NULL, REQUIRED,
     "Standard deviation of values"},
    {15, "daily_avg_of_avg", "double", NULL, OPTIONAL,
     "Average of daily averages"},
    {16, "record_count", "long", NULL, REQUIRED,
     "Number of records aggregated"},
    {17, "updated_at", "timestamp", NULL, REQUIRED, "Last update timestamp"},
    {18, "timezone", "string", NULL, REQUIRED,
     "Timezone used for aggregation (IANA format)"},
};

static const struct ice_partition_field monthly_partition[] = {
    {1, 1000, "identity", "user_id"},
    {3, 1001, "identity", "year"},
    {4, 1002, "identity", "month"},
    {2, 1003, "identity", "data_type"},
};

#define TABLE(name, which, properties)                       \
    {name,                                                   \
     which##_columns, LEN(which##_columns),                  \
     which##_partition, LEN(which##_partition),              \
     properties##_properties, LEN(properties##_properties)}

const struct ice_table_def ice_tables[ICE_TABLES] = {
    [ICE_TABLE_RAW] = TABLE("health_data_raw", raw, raw),
    [ICE_TABLE_ERRORS] = TABLE("health_data_errors", errors, errors),
    [ICE_TABLE_DAILY] = TABLE("health_data_daily_agg", daily, agg),
    [ICE_TABLE_WEEKLY] = TABLE("health_data_weekly_agg", weekly, agg),
    [ICE_TABLE_MONTHLY] = TABLE("health_data_monthly_agg", monthly, agg),
};
/* clang-format on */

const struct ice_column *ice_column_by_id(const struct ice_table_def *t, int id)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i].id == id)
            return &t->columns[i];
    }
    return NULL;
}

static void set_bool(cJSON *object, const char *name, bool value)
{
    json_set(object, name, cJSON_CreateBool(value));
}

static cJSON *type_json(const struct ice_column *column)
{
    const struct ice_map_type *map = column->map;
    cJSON *type;

    if (!map)
        return cJSON_CreateString(column->type);
    type = cJSON_CreateObject();
    json_set_str(type, "type", "map");
    json_set_i64(type, "key-id", map->key_id);
    json_set_str(type, "key", map->key);
    json_set_i64(type, "value-id", map->value_id);
    json_set_str(type, "value", map->value);
    set_bool(type, "value-required", map->value_required);
    return type;
}

static cJSON *column_json(const struct ice_column *column,
                          const struct ice_shape_rules *shape)
{
    cJSON *field = cJSON_CreateObject();

    json_set_i64(field, "id", column->id);
    json_set_str(field, "name", column->name);
    json_set(field, "type", type_json(column));
    set_bool(field, "required", column->required && shape->nullability);
    if (shape->docs)
        json_set_str(field, "doc", column->doc);
    return field;
}

static cJSON *schema_json(const struct ice_table_def *t,
                          const struct ice_shape_rules *shape)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < t->n_columns; i++)
        cJSON_AddItemToArray(list, column_json(&t->columns[i], shape));
    json_set_str(schema, "type", "struct");
    json_set_i64(schema, "schema-id", 0);
    json_set(schema, "fields", list);
    return schema;
}

static cJSON *spec_json(const struct ice_table_def *t)
{
    cJSON *spec = cJSON_CreateObject();
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < t->n_partition; i++) {
        cJSON *field = cJSON_CreateObject();

        json_set_i64(field, "source-id", t->partition[i].source_id);
        json_set_i64(field, "field-id", t->partition[i].field_id);
        json_set_str(field, "transform", t->partition[i].transform);
        json_set_str(field, "name", t->partition[i].name);
        cJSON_AddItemToArray(list, field);
    }
    json_set_i64(spec, "spec-id", 0);
    json_set(spec, "fields", list);
    return spec;
}

static cJSON *properties_json(const struct ice_table_def *t,
                              const struct ice_shape_rules *shape)
{
    cJSON *properties = cJSON_CreateObject();
    char digits[2] = {(char)('0' + shape->format_version % 10), '\0'};

    json_set_str(properties, "format-version", digits);
    for (size_t i = 0; shape->properties && i < t->n_properties; i++)
        json_set_str(properties, t->properties[i].key, t->properties[i].value);
    return properties;
}

cJSON *ice_table_request(const struct ice_table_def *t, const char *name,
                         const struct ice_shape_rules *shape)
{
    cJSON *body = cJSON_CreateObject();

    json_set_str(body, "name", name);
    json_set(body, "schema", schema_json(t, shape));
    if (shape->partitions)
        json_set(body, "partition-spec", spec_json(t));
    set_bool(body, "stage-create", false);
    json_set(body, "properties", properties_json(t, shape));
    return body;
}
