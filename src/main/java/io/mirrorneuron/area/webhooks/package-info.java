/**
 * Webhooks: addresses at which others tell what happened. {@link
 * io.mirrorneuron.area.webhooks.HookIntake} takes in what they send. Start with {@code
 * WebhooksVerticle}.
 */
package io.mirrorneuron.area.webhooks;
