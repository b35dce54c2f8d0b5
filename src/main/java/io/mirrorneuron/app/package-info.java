/**
 * Start here: {@link io.mirrorneuron.app.App} makes every part in one place. The only package that
 * sees everything, and the one that nobody uses.
 */
package io.mirrorneuron.app;
