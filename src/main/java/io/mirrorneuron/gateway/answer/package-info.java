/** Answers shared by all operations: headers, failures and files. */
package io.mirrorneuron.gateway.answer;
