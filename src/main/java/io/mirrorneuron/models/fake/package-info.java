/**
 * A model runner without models, {@link io.mirrorneuron.models.fake.FakeModels}: a real server that
 * {@code mn fake-models} starts, and tests.
 */
package io.mirrorneuron.models.fake;
