/* real: playing a world on the wall clock.
 *
 * The mocks run in a thread of their own, every actor in another; the record
 * that they share is guarded by the world's lock. In simulation there is one
 * thread and the locks do nothing.
 */
#ifndef HARNESS_REAL_H
#define HARNESS_REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct step_record;

void real_play(struct world *w);
void real_lock(struct world *w);
void real_unlock(struct world *w);
/* Waits until step i's moment has come; false when the world was given up. */
bool real_wait_moment(struct world *w, size_t i);
void real_sleep_ms(int64_t ms);
/* Has operator_do(w, r) run in the mocks' thread, and waits for it. */
void real_operator(struct world *w, struct step_record *r);
/* Calls ice_cancel on the step's catalog after ms, unless disarmed first. */
struct real_alarm;
struct ice_catalog;
struct real_alarm *real_alarm_new(struct ice_catalog *c, int64_t ms);
void real_alarm_free(struct real_alarm *a);

#endif
