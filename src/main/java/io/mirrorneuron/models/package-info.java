/**
 * Language models: which there are, which are installed, for whom, and how fast they answer. Speaks
 * HTTP with Docker Model Runner and with any OpenAI-compatible endpoint; implements {@code
 * port.models}.
 */
package io.mirrorneuron.models;
