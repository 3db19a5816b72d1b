/* environment: variables of the process that a scenario sets for its world,
 * such as http_proxy. What was there before comes back with its end. */
#include <stdlib.h>

#include "base/json.h"
#include "harness/world.h"

void environment_set(struct world *w)
{
    const cJSON *all = w->scenario->environment, *item;
    size_t i = 0;
    w->environment = arena_alloc(
        &w->arena, ((size_t)cJSON_GetArraySize(all) + 1) * sizeof(char *));
    cJSON_ArrayForEach(item, all)
    {
        const char *was = getenv(item->string);
        w->environment[i++] = was ? arena_strdup(&w->arena, was) : NULL;
        setenv(item->string, item->valuestring, 1);
    }
}

void environment_restore(struct world *w)
{
    const cJSON *item;
    size_t i = 0;
    cJSON_ArrayForEach(item, w->scenario->environment)
    {
        const char *was = w->environment[i++];
        if (was)
            setenv(item->string, was, 1);
        else
            unsetenv(item->string);
    }
}
