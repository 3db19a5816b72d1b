/* making: the steps, each a function that says which one is next. */
#include "iceberg/making.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STEPS_MOST = 64 }; /* far above what the policy's bounds allow */

static const struct ice_policy *policy(const struct ice_making *m)
{
    return m->c->policy;
}

int ice__problem(struct ice_catalog *c, struct ice_error *e, int outcome,
                 const char *operation, const char *fmt, ...)
{
    const char *uri = c->config.uri ? c->config.uri : c->own_uri;
    char text[sizeof(e->cause)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (c->policy->words.log_what & ICE_LOG_FAILURE) {
        for (int i = 0; i < c->policy->words.log_copies; i++)
            log_put(&c->log, LOG_ERROR, "tables", "%s: %s: %s", operation,
                    ice_outcome_name(outcome), text);
    }
    ice__fail(c, e, outcome, operation, "%s", text);
    if (!e->uri[0] && (c->policy->words.error_parts & ICE_ERROR_URI) && uri)
        snprintf(e->uri, sizeof(e->uri), "%s", uri);
    return outcome;
}

static enum ice_step fail(struct ice_making *m, int rc)
{
    m->rc = rc;
    return ICE_STEP_FAIL;
}

/* ---- the steps ---- */

static enum ice_step look(struct ice_making *m)
{
    const struct ice_create_rules *rules = &policy(m)->create;

    if (!m->look_first || rules->look == ICE_LOOK_NONE)
        return rules->if_absent;
    switch (m->ops->find(m, rules->look)) {
    case ICE_FOUND_PRESENT:
        return rules->if_present;
    case ICE_FOUND_ABSENT:
        return rules->if_absent;
    case ICE_FOUND_GONE:
        m->rc = m->e->outcome;
        return rules->if_gone;
    default:
        m->rc = m->e->outcome;
        return rules->if_not_told;
    }
}

/* No create is left: the catalog says that it exists and that it does not. */
static enum ice_step give_up(struct ice_making *m)
{
    if (m->open)
        return ICE_STEP_UNKNOWN;
    *m->e = m->posted;
    return fail(m, ice__problem(m->c, m->e, ICE_CONFLICT, m->ops->operation,
                                "%s is in the way and yet not there, %d times:"
                                " %s",
                                m->what, m->posts, m->posted.cause));
}

static enum ice_step after_ambiguous(struct ice_making *m, int rc)
{
    m->open = true;
    if (rc == ICE_CANCELLED)
        return fail(m, rc);
    return policy(m)->create.after_ambiguous;
}

static enum ice_step after_post(struct ice_making *m, int rc,
                                enum ice_meaning meaning, bool no_namespace)
{
    const struct ice_create_rules *rules = &policy(m)->create;

    m->rc = rc;
    m->conflict = meaning == ICE_MEANS_CONFLICT;
    if (meaning == ICE_MEANS_DONE) {
        m->made = true;
        m->open = false;
        return rules->after_done;
    }
    m->posted = *m->e;
    if (meaning == ICE_MEANS_CONFLICT)
        return rules->after_conflict;
    if (meaning == ICE_MEANS_AMBIGUOUS)
        return after_ambiguous(m, rc);
    if (meaning == ICE_MEANS_REJECTED)
        return no_namespace ? rules->namespace_missing : rules->after_rejected;
    return ICE_STEP_FAIL;
}

static enum ice_step create(struct ice_making *m)
{
    enum ice_meaning meaning = ICE_MEANS_NOTHING;
    bool no_namespace = false;
    int rc;

    if (m->posts >= policy(m)->create.creates_most)
        return give_up(m);
    rc = m->ops->ready && !m->posts ? m->ops->ready(m) : ICE_OK;
    if (rc)
        return fail(m, rc);
    m->posts++;
    rc = m->ops->post(m, &meaning, &no_namespace);
    return after_post(m, rc, meaning, no_namespace);
}

/* One settling read. */
static enum ice_step settling_read(struct ice_making *m)
{
    const struct ice_settle_rules *rules = &policy(m)->settle;

    switch (m->ops->find(m, ICE_LOOK_GET)) {
    case ICE_FOUND_PRESENT:
        m->open = false;
        m->made = true;
        return rules->if_present;
    case ICE_FOUND_ABSENT:
        return rules->if_absent;
    case ICE_FOUND_GONE:
        return rules->if_gone;
    default:
        if (m->e->outcome == ICE_CANCELLED)
            return fail(m, ICE_CANCELLED);
        return rules->if_not_told;
    }
}

static enum ice_step settle(struct ice_making *m)
{
    const struct ice_settle_rules *rules = &policy(m)->settle;

    for (int n = 1; n <= rules->reads; n++) {
        int rc = ice__wait(m->c, ice_policy_settle_wait_ms(policy(m), n));
        enum ice_step next;

        if (rc == ICE_CANCELLED) {
            ice__fail(m->c, m->e, rc, m->ops->operation,
                      "cancelled before it could be found out whether %s was "
                      "created",
                      m->what);
            return fail(m, rc);
        }
        if (rc)
            break;
        next = settling_read(m);
        if (next != ICE_STEP_READ_AGAIN)
            return next;
    }
    m->open = rules->at_end != ICE_STEP_FAIL; /* a mistake: then it failed */
    m->rc = m->e->outcome;
    return rules->at_end;
}

/* A 409, and yet it is not there. */
static enum ice_step conflict_absent(struct ice_making *m)
{
    bool view = false;

    if (policy(m)->create.look_for_view && m->ops->is_view &&
        m->ops->is_view(m, &view) == ICE_CANCELLED)
        return fail(m, ICE_CANCELLED);
    if (!view)
        return policy(m)->create.conflict_absent;
    *m->e = m->posted;
    m->open = false;
    return fail(m, ice__problem(m->c, m->e, ICE_EXISTS, m->ops->operation,
                                "%s cannot be created: a view has that name",
                                m->what));
}

/* What was made may take a moment to be seen everywhere. */
static int verify_made(struct ice_making *m, enum ice_found *found)
{
    const struct ice_verify_rules *rules = &policy(m)->verify;
    int rc = m->ops->verify(m, found);

    for (int n = 1; m->made && rc == rules->missing_outcome && n < rules->tries;
         n++) {
        int waited = ice__wait(m->c, ice_policy_settle_wait_ms(policy(m), n));

        if (waited == ICE_CANCELLED)
            return ice__fail(m->c, m->e, waited, m->ops->operation,
                             "cancelled while %s was verified", m->what);
        if (waited)
            break;
        rc = m->ops->verify(m, found);
    }
    return rc;
}

static enum ice_step verify(struct ice_making *m)
{
    enum ice_found found = ICE_FOUND_NOT_TOLD;
    int rc = verify_made(m, &found);

    if (found == ICE_FOUND_ABSENT && m->conflict)
        return conflict_absent(m);
    if (found == ICE_FOUND_PRESENT)
        m->open = false;
    if (rc == ICE_MISMATCH && policy(m)->create.repair)
        return ICE_STEP_DROP;
    return rc ? fail(m, rc) : ICE_STEP_DONE;
}

static enum ice_step drop(struct ice_making *m)
{
    int rc = m->ops->drop ? m->ops->drop(m) : ICE_INVALID;

    return rc ? fail(m, rc) : ICE_STEP_CREATE;
}

static enum ice_step (*const steps[])(struct ice_making *m) = {
    [ICE_STEP_VERIFY] = verify, [ICE_STEP_CREATE] = create,
    [ICE_STEP_SETTLE] = settle, [ICE_STEP_READ_AGAIN] = settle,
    [ICE_STEP_DROP] = drop,
};

/* ---- the end ---- */

static int unknown(struct ice_making *m)
{
    *m->e = m->posted;
    return ice__problem(m->c, m->e, ICE_UNKNOWN, m->ops->operation,
                        "whether %s was created could not be found out: %s",
                        m->what, m->posted.cause);
}

static bool last(enum ice_step step)
{
    return step == ICE_STEP_DONE || step == ICE_STEP_FAIL ||
           step == ICE_STEP_UNKNOWN;
}

int ice__make(struct ice_making *m)
{
    enum ice_step step = look(m);

    for (int n = 0; n < STEPS_MOST && !last(step); n++)
        step = steps[step](m);
    if (step == ICE_STEP_DONE) {
        memset(m->e, 0, sizeof(*m->e));
        return ICE_OK;
    }
    /* An open create makes every other failure unknown, but a cancel. */
    if (step == ICE_STEP_FAIL && policy(m)->create.open_is_unknown && m->open &&
        m->rc != ICE_CANCELLED)
        step = ICE_STEP_UNKNOWN;
    if (step == ICE_STEP_FAIL)
        return m->rc;
    return unknown(m);
}
