/** Lists of jobs: where each stands in them, and which are wanted. */
package io.mirrorneuron.store.listing;
