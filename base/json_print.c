/* json: printing. cJSON_Print rounds some doubles and writes 1e+16 for whole
 * numbers, so the text is made here.
 */
#include "base/json.h"

#include <string.h>

#include "base/json_number.h"
#include "base/utf8.h"

static void quote_ascii(struct str *out, char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";

    for (size_t i = 0; from[i]; i++)
        if (c == from[i]) {
            str_addc(out, '\\');
            str_addc(out, to[i]);
            return;
        }
    if ((unsigned char)c < 0x20 || c == 0x7f)
        str_addf(out, "\\u%04x", (unsigned)c);
    else
        str_addc(out, c);
}

void json_quote(struct str *out, struct slice z)
{
    char quick[128];

    if (z.len < sizeof(quick) - 1 && utf8_plain(z.p, z.len) == z.len) {
        quick[0] = quick[z.len + 1] = '"';
        memcpy(quick + 1, z.p, z.len);
        str_add(out, quick, z.len + 2);
        return;
    }
    str_addc(out, '"');
    for (size_t i = 0; i < z.len;) {
        size_t plain = utf8_plain(z.p + i, z.len - i);
        str_add(out, z.p + i, plain);
        i += plain;
        if (i == z.len)
            break;
        size_t len = utf8_length(z.p + i, z.len - i);
        if (len == 1)
            quote_ascii(out, z.p[i]);
        else if (len)
            str_add(out, z.p + i, len);
        else
            str_addz(out, "\xef\xbf\xbd");
        i += len ? len : 1;
    }
    str_addc(out, '"');
}

static void print_number(const cJSON *item, struct str *out)
{
    char text[JSON_NUMBER_SIZE];

    json_format_double(item->valuedouble, text);
    str_addz(out, text);
}

static void print_items(const cJSON *item, struct str *out)
{
    bool object = (item->type & 0xff) == cJSON_Object;

    str_addc(out, object ? '{' : '[');
    for (const cJSON *c = item->child; c; c = c->next) {
        if (object) {
            json_quote(out, slice_of(c->string));
            str_addc(out, ':');
        }
        json_print(c, out);
        if (c->next)
            str_addc(out, ',');
    }
    str_addc(out, object ? '}' : ']');
}

void json_print(const cJSON *item, struct str *out)
{
    switch (item ? item->type & 0xff : cJSON_NULL) {
    case cJSON_Object:
    case cJSON_Array:
        print_items(item, out);
        break;
    case cJSON_String:
        json_quote(out, slice_of(item->valuestring));
        break;
    case cJSON_Raw:
        str_addz(out, item->valuestring);
        break;
    case cJSON_Number:
        print_number(item, out);
        break;
    default:
        str_addz(out, cJSON_IsTrue(item)    ? "true"
                      : cJSON_IsFalse(item) ? "false"
                                            : "null");
    }
}
