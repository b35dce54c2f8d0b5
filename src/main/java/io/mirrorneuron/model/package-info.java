/**
 * Words shared by all parts: the one failure, its codes, what is handed over. Uses nothing of ours.
 */
package io.mirrorneuron.model;
