/** Answers that are the same for all operations: headers, failures and files. */
package io.mirrorneuron.gateway.answer;
