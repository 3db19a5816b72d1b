/*
 * The Java client, with S3FileIO and Parquet, against icefault serve.
 *
 *   check_java.java                 everything that it does with a catalog, two
 *                                   concurrent writers among it
 *   check_java.java write TABLE     makes TABLE with the rows of rows.json
 *   check_java.java append TABLE    writes them there once more
 *   check_java.java read TABLE:N... are they what is in there, N times?
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.IcebergBuild;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.View;

class CheckJava {
  static final String CATALOG = System.getenv("ICEBERG_CATALOG_URI");
  static final String ADMIN = System.getenv("ADMIN_URI") + "/icefault/v1/";
  static final Namespace NS = Namespace.of("java");
  static final Schema SCHEMA = new Schema(
      Types.NestedField.required(1, "id", Types.LongType.get()),
      Types.NestedField.optional(2, "kind", Types.StringType.get()),
      Types.NestedField.optional(3, "size", Types.DoubleType.get()));
  static final int ROUNDS = System.getenv("RECORD") == null ? 8 : 2;
  static int operations;
  static int files;

  // ---- the account ----

  static void same(String what, Object have, Object want) {
    operations++;
    if (!Objects.equals(have, want)) {
      throw new AssertionError(what + ": is " + have + ", should be " + want);
    }
  }

  static void fails(String what, Class<? extends Exception> kind, Callable<?> act) throws Exception {
    operations++;
    try {
      act.call();
    } catch (Exception e) {
      if (kind.isInstance(e)) {
        return;
      }
      throw e;
    }
    throw new AssertionError(what + ": should have failed");
  }

  // ---- the catalog, and what the mock knows of its requests ----

  @SuppressWarnings("unchecked")
  static RESTCatalog connect() throws IOException {
    Map<String, String> properties = new HashMap<>(Map.of(
        "uri", CATALOG,
        "warehouse", "s3://" + System.getenv("S3_BUCKET") + "/warehouse",
        "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
        "s3.endpoint", System.getenv("S3_ENDPOINT"),
        "s3.path-style-access", "true",
        "s3.access-key-id", System.getenv("S3_ACCESS_KEY"),
        "s3.secret-access-key", System.getenv("S3_SECRET_KEY"),
        "client.region", System.getenv("S3_REGION")));
    String own = System.getenv("CLIENT_PROPERTIES");
    properties.putAll(new ObjectMapper().readValue(own.isEmpty() ? "{}" : own, Map.class));
    properties.values().removeIf(Objects::isNull);
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize("icefault", properties);
    return catalog;
  }

  static String admin(String method, String path, String body) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(ADMIN + path))
        .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
        .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  /** How often the catalog has answered a commit to this table with that status. */
  static long commits(String table, int status) throws Exception {
    JsonNode journal = new ObjectMapper().readTree(admin("GET", "journal?limit=100000", null));
    return StreamSupport.stream(journal.get("entries").spliterator(), false)
        .filter(e -> e.path("operation").asText().equals("updateTable") && e.path("kind").asText().equals("exchange")
            && e.path("table").asText().equals(table) && e.path("status").asInt() == status)
        .count();
  }

  // ---- files and rows ----

  static TableIdentifier table(String name) {
    return TableIdentifier.of(NS, name);
  }

  static Record row(Schema schema, long id) {
    GenericRecord row = GenericRecord.create(schema);
    row.setField("id", id);
    if (schema.findField("kind") != null) {
      row.setField("kind", id % 2 == 0 ? "even" : "odd");
    }
    return row;
  }

  static synchronized OutputFile output(Table table) {
    return table.io().newOutputFile(table.location() + "/data/f" + ++files + ".parquet");
  }

  /** A Parquet file with these rows, all of one partition. */
  static DataFile write(Table table, List<Record> rows) throws IOException {
    PartitionKey key = new PartitionKey(table.spec(), table.schema());
    if (table.spec().isPartitioned()) {
      key.partition(new InternalRecordWrapper(table.schema().asStruct()).wrap(rows.get(0)));
    }
    DataWriter<Record> writer = new GenericAppenderFactory(table.schema(), table.spec()).newDataWriter(
        EncryptedFiles.plainAsEncryptedOutput(output(table)), org.apache.iceberg.FileFormat.PARQUET,
        table.spec().isPartitioned() ? key : null);
    try (writer) {
      writer.write(rows);
    }
    return writer.toDataFile();
  }

  static DataFile write(Table table, long... ids) throws IOException {
    return write(table, LongStream.of(ids).mapToObj(i -> row(table.schema(), i)).collect(Collectors.toList()));
  }

  static List<Record> rows(IcebergGenerics.ScanBuilder scan) throws IOException {
    try (CloseableIterable<Record> all = scan.build()) {
      return StreamSupport.stream(all.spliterator(), false)
          .sorted((a, b) -> Long.compare((Long) a.getField("id"), (Long) b.getField("id")))
          .collect(Collectors.toList());
    }
  }

  static List<Long> ids(IcebergGenerics.ScanBuilder scan) throws IOException {
    return rows(scan).stream().map(r -> (Long) r.getField("id")).collect(Collectors.toList());
  }

  static List<Long> ids(Table table) throws IOException {
    return ids(IcebergGenerics.read(table));
  }

  static List<Long> list(long... ids) {
    return LongStream.of(ids).boxed().collect(Collectors.toList());
  }

  // ---- the parts ----

  static void namespaces(RESTCatalog c) throws Exception {
    c.createNamespace(NS, new HashMap<>(Map.of("owner", "me")));
    fails("a second one", AlreadyExistsException.class, () -> { c.createNamespace(NS); return null; });
    same("presence", c.listNamespaces().contains(NS), true);
    c.setProperties(NS, new HashMap<>(Map.of("owner", "you", "more", "yes")));
    c.removeProperties(NS, new HashSet<>(List.of("more")));
    Map<String, String> has = c.loadNamespaceMetadata(NS);
    same("properties", Arrays.asList(has.get("owner"), has.get("more")), Arrays.asList("you", null));
    same("existence", c.namespaceExists(Namespace.of("nowhere")), false);
  }

  static Table make(RESTCatalog c) throws Exception {
    Table t = c.buildTable(table("t"), SCHEMA)
        .withPartitionSpec(PartitionSpec.builderFor(SCHEMA).identity("kind").build())
        .withSortOrder(SortOrder.builderFor(SCHEMA).asc("id").build())
        .withProperty("made.by", "java").create();
    fails("a second one", AlreadyExistsException.class, () -> c.createTable(table("t"), SCHEMA));
    same("schema", c.loadTable(table("t")).schema().asStruct(), SCHEMA.asStruct());
    same("order", c.loadTable(table("t")).sortOrder(), t.sortOrder());
    same("list", c.listTables(NS), List.of(table("t")));
    t.newAppend().appendFile(write(t, 1, 3, 5)).appendFile(write(t, 2, 4)).commit();
    t.newFastAppend().appendFile(write(t, 7)).set("why", "a second one").commit();
    Table again = c.loadTable(table("t"));
    same("ids", ids(again), list(1, 2, 3, 4, 5, 7));
    same("odd ids", ids(IcebergGenerics.read(again).where(Expressions.equal("kind", "odd"))), list(1, 3, 5, 7));
    same("why", again.currentSnapshot().summary().get("why"), "a second one");
    return t;
  }

  static void evolve(RESTCatalog c, Table t) throws Exception {
    t.updateSchema().addColumn("note", Types.StringType.get(), "of its own").renameColumn("size", "weight")
        .addColumn("place", Types.StructType.of(Types.NestedField.optional(1, "x", Types.DoubleType.get())))
        .moveFirst("kind").commit();
    t.updateSchema().addColumn("place", "y", Types.DoubleType.get()).deleteColumn("note").commit();
    t.updateSpec().addField(Expressions.bucket("id", 4)).removeField("kind").commit();
    t.replaceSortOrder().desc("weight").commit();
    Record row = row(t.schema(), 8);
    GenericRecord place = GenericRecord.create(t.schema().findType("place").asStructType());
    place.setField("y", 2.5);
    row.setField("place", place);
    t.newAppend().appendFile(write(t, List.of(row))).commit();
    Table again = c.loadTable(table("t"));
    same("columns", again.schema().columns().stream().map(Types.NestedField::name).collect(Collectors.toList()),
        List.of("kind", "id", "weight", "place"));
    same("schemas", again.schemas().size(), 3);
    same("specs", again.specs().size(), 2);
    same("fields", again.spec().fields().stream().map(f -> f.name()).collect(Collectors.toList()), List.of("id_bucket_4"));
    List<Record> all = rows(IcebergGenerics.read(again));
    same("ids", all.stream().map(r -> r.getField("id")).collect(Collectors.toList()), list(1, 2, 3, 4, 5, 7, 8));
    same("the new field", ((Record) all.get(6).getField("place")).getField("y"), 2.5);
    t.updateSchema().deleteColumn("place").renameColumn("weight", "size").commit();
    t.updateSpec().removeField("id_bucket_4").commit();
  }

  static void overwrite(RESTCatalog c, Table t) throws Exception {
    t.newOverwrite().overwriteByRowFilter(Expressions.equal("kind", "even")).addFile(write(t, 20, 22))
        .validateFromSnapshot(t.currentSnapshot().snapshotId()).validateNoConflictingData().commit();
    same("ids", ids(c.loadTable(table("t"))), list(1, 3, 5, 7, 20, 22));
    t.newDelete().deleteFromRowFilter(Expressions.equal("kind", "odd")).commit();
    same("ids after the delete", ids(c.loadTable(table("t"))), list(20, 22));
    t.newAppend().appendFile(write(t, 24, 26, 28)).commit();
    Schema key = t.schema().select("id");
    EqualityDeleteWriter<Record> writer = new GenericAppenderFactory(t.schema(), t.spec(), new int[] {1}, key, null)
        .newEqDeleteWriter(EncryptedFiles.plainAsEncryptedOutput(output(t)), org.apache.iceberg.FileFormat.PARQUET, null);
    try (writer) {
      writer.write(GenericRecord.create(key).copy("id", 26L));
    }
    t.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
    same("ids after the row's delete", ids(c.loadTable(table("t"))), list(20, 22, 24, 28));
    t.rewriteManifests().clusterBy(f -> "all").commit();
    same("ids after manifests are rewritten", ids(c.loadTable(table("t"))), list(20, 22, 24, 28));
  }

  static void branches(RESTCatalog c, Table t) throws Exception {
    long main = t.currentSnapshot().snapshotId();
    t.manageSnapshots().createBranch("work", main).setMaxSnapshotAgeMs("work", 86400000).setMinSnapshotsToKeep("work", 2)
        .createTag("v1", main).setMaxRefAgeMs("v1", 86400000).commit();
    t.newAppend().appendFile(write(t, 31)).toBranch("work").commit();
    Table again = c.loadTable(table("t"));
    SnapshotRef work = again.refs().get("work");
    same("ages", Arrays.asList(work.maxSnapshotAgeMs(), work.minSnapshotsToKeep(), again.refs().get("v1").maxRefAgeMs()),
        Arrays.asList(86400000L, 2, 86400000L));
    same("the branch", ids(IcebergGenerics.read(again).useSnapshot(work.snapshotId())), list(20, 22, 24, 28, 31));
    same("main", ids(again), list(20, 22, 24, 28));
    t.manageSnapshots().fastForwardBranch("main", "work").commit();
    same("main, forwarded", ids(c.loadTable(table("t"))), list(20, 22, 24, 28, 31));
    t.manageSnapshots().rollbackTo(main).removeBranch("work").removeTag("v1").commit();
    again = c.loadTable(table("t"));
    same("main, rolled back", ids(again), list(20, 22, 24, 28));
    same("refs", again.refs().keySet(), Set.of("main"));
  }

  static void expire(RESTCatalog c, Table t) throws Exception {
    t.expireSnapshots().expireOlderThan(System.currentTimeMillis() + 60000).retainLast(1).commit();
    Table again = c.loadTable(table("t"));
    same("snapshots", again.snapshots().iterator().next().snapshotId(), again.currentSnapshot().snapshotId());
    same("their number", StreamSupport.stream(again.snapshots().spliterator(), false).count(), 1L);
    same("ids", ids(again), list(20, 22, 24, 28));
  }

  static void transactions(RESTCatalog c, Table t) throws Exception {
    Transaction one = t.newTransaction();
    one.updateProperties().set("a", "1").remove("made.by").commit();
    one.newAppend().appendFile(write(t, 40)).commit();
    one.updateSchema().addColumn("note", Types.StringType.get()).commit();
    one.commitTransaction();
    Table again = c.loadTable(table("t"));
    same("properties", Arrays.asList(again.properties().get("a"), again.properties().get("made.by")), Arrays.asList("1", null));
    same("ids", ids(again), list(20, 22, 24, 28, 40));
    Transaction made = c.buildTable(table("staged"), SCHEMA).createTransaction();
    same("existence before", c.tableExists(table("staged")), false);
    made.newAppend().appendFile(write(made.table(), 1, 2)).commit();
    made.commitTransaction();
    same("staged", ids(c.loadTable(table("staged"))), list(1, 2));
    Transaction replaced = c.buildTable(table("staged"), SCHEMA).withProperty("again", "yes").replaceTransaction();
    replaced.newAppend().appendFile(write(replaced.table(), 3)).commit();
    replaced.commitTransaction();
    same("replaced", ids(c.loadTable(table("staged"))), list(3));
    Transaction left = c.loadTable(table("t")).newTransaction();
    Transaction right = c.loadTable(table("staged")).newTransaction();
    left.updateProperties().set("both", "1").commit();
    right.newAppend().appendFile(write(right.table(), 4)).commit();
    c.commitTransaction(TableCommit.create(table("t"), start(left), end(left)),
        TableCommit.create(table("staged"), start(right), end(right)));
    same("both", c.loadTable(table("t")).properties().get("both") + ids(c.loadTable(table("staged"))), "1[3, 4]");
    fails("the same again", CommitFailedException.class, () -> {
      c.commitTransaction(TableCommit.create(table("t"), start(left), end(left)),
          TableCommit.create(table("staged"), start(right), end(right)));
      return null;
    });
  }

  static org.apache.iceberg.TableMetadata start(Transaction t) {
    return ((org.apache.iceberg.BaseTransaction) t).startMetadata();
  }

  static org.apache.iceberg.TableMetadata end(Transaction t) {
    return ((org.apache.iceberg.BaseTransaction) t).currentMetadata();
  }

  /** Both append a file a round to one table; the first commits are held up so that they must meet. */
  static void writers(RESTCatalog c) throws Exception {
    c.buildTable(table("shared"), SCHEMA).withProperty("commit.retry.num-retries", "50")
        .withProperty("commit.retry.min-wait-ms", "10").withProperty("commit.retry.max-wait-ms", "100").create();
    admin("POST", "faults", "{\"match\":{\"operation\":\"updateTable\",\"table\":\"shared\",\"nth\":\"1-4\"},"
        + "\"phase\":\"before\",\"do\":{\"delay\":{\"time\":\"200ms\"}},\"times\":4}");
    List<String> written = Collections.synchronizedList(new ArrayList<>());
    List<Throwable> failed = Collections.synchronizedList(new ArrayList<>());
    CyclicBarrier round = new CyclicBarrier(2);
    List<Thread> threads = IntStream.of(1, 2).mapToObj(n -> new Thread(() -> {
      try (RESTCatalog own = connect()) {
        Table mine = own.loadTable(table("shared"));
        for (int i = 0; i < ROUNDS; i++) {
          DataFile file = write(mine, n * 100 + i);
          written.add(file.location());
          round.await();
          mine.newAppend().appendFile(file).commit();
        }
      } catch (Throwable e) {
        failed.add(e);
        round.reset();
      }
    })).collect(Collectors.toList());
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    same("failures", failed, List.of());
    admin("DELETE", "faults", null);
    judge(c.loadTable(table("shared")), written);
  }

  static void judge(Table t, List<String> written) throws Exception {
    List<String> there = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = t.newScan().planFiles()) {
      tasks.forEach(task -> there.add(task.file().location()));
    }
    Collections.sort(there);
    Collections.sort(written);
    same("files, each once", there, written);
    same("their number", there.size(), 2 * ROUNDS);
    same("ids", ids(t), LongStream.of(1, 2).boxed()
        .flatMap(n -> LongStream.range(n * 100, n * 100 + ROUNDS).boxed()).collect(Collectors.toList()));
    List<Long> numbers = new ArrayList<>();
    Long parent = null;
    for (Snapshot s : t.snapshots()) {
      numbers.add(s.sequenceNumber());
      same("parent", s.parentId(), parent);
      parent = s.snapshotId();
    }
    same("sequence numbers", numbers, LongStream.rangeClosed(1, 2 * ROUNDS).boxed().collect(Collectors.toList()));
    same("commits", commits("shared", 200), (long) 2 * ROUNDS);
    System.out.println("two writers, " + commits("shared", 409) + " commits refused and made again");
    same("were there conflicts", commits("shared", 409) > 0, true);
  }

  static void views(RESTCatalog c) throws Exception {
    View v = c.buildView(table("v")).withSchema(SCHEMA).withDefaultNamespace(NS).withQuery("spark", "select 1")
        .withProperty("a", "1").create();
    v.replaceVersion().withSchema(SCHEMA).withDefaultNamespace(NS).withQuery("spark", "select 2").commit();
    v.updateProperties().set("b", "2").commit();
    View again = c.loadView(table("v"));
    same("query", again.sqlFor("spark").sql(), "select 2");
    same("versions", again.history().size(), 2);
    same("properties", Arrays.asList(again.properties().get("a"), again.properties().get("b")), Arrays.asList("1", "2"));
    c.renameView(table("v"), table("w"));
    same("views", c.listViews(NS), List.of(table("w")));
    c.dropView(table("w"));
    fails("loading none", NoSuchViewException.class, () -> c.loadView(table("w")));
  }

  static void move(RESTCatalog c, Table t) throws Exception {
    c.renameTable(table("t"), table("moved"));
    fails("loading the old name", NoSuchTableException.class, () -> c.loadTable(table("t")));
    fails("renaming onto another", AlreadyExistsException.class,
        () -> { c.renameTable(table("moved"), table("shared")); return null; });
    Table moved = c.loadTable(table("moved"));
    same("uuid", moved.uuid(), t.uuid());
    String file = ((HasTableOperations) moved).operations().current().metadataFileLocation();
    c.dropTable(table("moved"), false);
    same("registered", ids(c.registerTable(table("back"), file)), list(20, 22, 24, 28, 40));
  }

  static void drop(RESTCatalog c) throws Exception {
    fails("dropping the full namespace", NamespaceNotEmptyException.class, () -> c.dropNamespace(NS));
    for (TableIdentifier t : c.listTables(NS)) {
      same("dropping " + t, c.dropTable(t, t.name().equals("staged")), true);
    }
    same("dropping none", c.dropTable(table("t"), false), false);
    same("dropping the namespace", c.dropNamespace(NS), true);
  }

  static void check(RESTCatalog c) throws Exception {
    namespaces(c);
    Table t = make(c);
    evolve(c, t);
    overwrite(c, t);
    branches(c, t);
    expire(c, t);
    transactions(c, t);
    writers(c);
    views(c);
    move(c, t);
    drop(c);
  }

  // ---- tables that other clients read, and theirs ----

  static final Schema CROSS = new Schema(
      Types.NestedField.optional(1, "id", Types.LongType.get()),
      Types.NestedField.optional(2, "name", Types.StringType.get()),
      Types.NestedField.optional(3, "price", Types.DoubleType.get()),
      Types.NestedField.optional(4, "seen", Types.TimestampType.withZone()));

  static List<Record> cross() throws IOException {
    List<Record> all = new ArrayList<>();
    for (JsonNode r : new ObjectMapper().readTree(new File("ci/client/rows.json"))) {
      JsonNode seen = r.get("seen_us");
      OffsetDateTime at = seen.isNull() ? null
          : OffsetDateTime.ofInstant(Instant.EPOCH.plus(seen.asLong(), ChronoUnit.MICROS), ZoneOffset.UTC);
      GenericRecord row = GenericRecord.create(CROSS);
      row.setField("id", r.get("id").asLong());
      row.setField("name", r.get("name").isNull() ? null : r.get("name").asText());
      row.setField("price", r.get("price").isNull() ? null : r.get("price").asDouble());
      row.setField("seen", at);
      all.add(row);
    }
    all.sort((a, b) -> Long.compare((Long) a.getField("id"), (Long) b.getField("id")));
    return all;
  }

  static List<List<Object>> values(List<Record> rows) {
    return rows.stream().map(r -> Arrays.asList(r.getField("id"), r.getField("name"), r.getField("price"), r.getField("seen")))
        .collect(Collectors.toList());
  }

  static void exchange(RESTCatalog c, String act, String what) throws IOException {
    TableIdentifier name = TableIdentifier.parse(what.split(":")[0]);
    if (act.equals("write")) {
      if (!c.namespaceExists(name.namespace())) {
        c.createNamespace(name.namespace());
      }
      c.createTable(name, CROSS);
    }
    Table t = c.loadTable(name);
    if (!act.equals("read")) {
      t.newAppend().appendFile(write(t, cross())).commit();
      return;
    }
    List<List<Object>> want = new ArrayList<>();
    for (Record row : cross()) {
      want.addAll(Collections.nCopies(Integer.parseInt(what.split(":")[1]), values(List.of(row)).get(0)));
    }
    same(what, values(rows(IcebergGenerics.read(t))), want);
  }

  public static void main(String[] args) throws Exception {
    try (RESTCatalog c = connect()) {
      if (args.length == 0) {
        check(c);
      }
      for (int i = 1; i < args.length; i++) {
        exchange(c, args[0], args[i]);
      }
    } catch (AssertionError e) {
      System.out.println(e.getStackTrace()[1].getMethodName() + ": " + e.getMessage());
      System.exit(1);
    }
    System.out.println("done: " + operations + " operations, " + IcebergBuild.version());
  }
}
