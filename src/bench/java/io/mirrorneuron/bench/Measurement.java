package io.mirrorneuron.bench;

import java.util.List;

/** Something that is measured with servers of its own; it ends what it starts. */
interface Measurement {
  /** The word that selects it on the command line. */
  String name();

  List<Figure> run(Plan plan) throws Exception;
}
