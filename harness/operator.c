/* The operator: steps done to the mocks directly, as someone with the servers'
 * consoles would. Runs in the mocks' thread. */
#include <string.h>

#include "base/json.h"
#include "harness/world.h"
#include "mocks/exchange.h"
#include "mocks/journal.h"

static const struct {
    int verb;
    enum meddle meddle;
} meddles[] = {
    {STEP_DROP_TABLE, MEDDLE_DROP_TABLE},
    {STEP_RIVAL_CREATE, MEDDLE_RIVAL_CREATE},
    {STEP_RIVAL_COMMIT, MEDDLE_RIVAL_COMMIT},
    {STEP_UUID_SWAP, MEDDLE_UUID_SWAP},
    {STEP_SCHEMA_DRIFT, MEDDLE_SCHEMA_DRIFT},
    {STEP_LOSE_FILE, MEDDLE_LOSE_FILE},
};

static cJSON *parameters(const struct world *w, const struct scenario_step *s)
{
    cJSON *p =
        s->params ? cJSON_Duplicate(s->params, true) : cJSON_CreateObject();
    const char *ns = json_str(w->scenario->settings, "ICEBERG_DATABASE");
    if (!json_get(p, "namespace"))
        json_set_str(p, "namespace", ns ? ns : "health_db");
    if (s->table)
        json_set_str(p, "table", s->table);
    if (s->change)
        json_set_str(p, "change", s->change);
    return p;
}

static bool meddle(struct world *w, const struct scenario_step *s,
                   char why[160])
{
    enum mock_server which =
        s->server && strcmp(s->server, "s3") == 0 ? MOCK_S3 : MOCK_CATALOG;
    struct service *service = mock_service(w->mock, which);
    for (size_t i = 0; i < sizeof meddles / sizeof meddles[0]; i++) {
        if (meddles[i].verb != s->verb)
            continue;
        cJSON *p = parameters(w, s);
        bool ok =
            service->meddle(service->state, NULL, meddles[i].meddle, p, why);
        cJSON_Delete(p);
        return ok;
    }
    mock_restart(w->mock, which, !s->lose);
    return true;
}

void operator_do(struct world *w, struct step_record *r)
{
    char why[160] = "";
    r->began_ns = world_now_ns(w);
    if (w->mode == MODE_SIM)
        r->seq_from = r->seq_to = world_last_seq(w);
    bool ok = meddle(w, r->step, why);
    r->outcome = ok ? ICE_OK : ICE_INVALID;
    r->note = ok ? NULL : arena_strdup(&w->arena, why);
    r->ended_ns = world_now_ns(w);
    r->ran = true;
    journal_meddled(mock_journal(w->mock), clock_ns(world_clock()),
                    r->step->server ? r->step->server : "catalog",
                    step_verb_names[r->step->verb]);
}
