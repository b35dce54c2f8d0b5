/**
 * Entry point: {@link io.mirrorneuron.app.App} creates every part in one place. The only package
 * that depends on all others; no other package uses it.
 */
package io.mirrorneuron.app;
