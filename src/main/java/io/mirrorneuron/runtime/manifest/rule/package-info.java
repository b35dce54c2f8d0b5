/**
 * Rules by which the input of a job is checked before it starts: their form, and what they say of a
 * configuration. Entries: {@link io.mirrorneuron.runtime.manifest.rule.InputRules}, {@link
 * io.mirrorneuron.runtime.manifest.rule.InputValidation}.
 */
package io.mirrorneuron.runtime.manifest.rule;
