/** What is set for the checks of what is submitted. */
package io.mirrorneuron.config.validation;
