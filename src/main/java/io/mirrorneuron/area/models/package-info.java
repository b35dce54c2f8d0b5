/** Language models, over a {@code ModelsPort}. Start with {@code ModelsVerticle}. */
package io.mirrorneuron.area.models;
