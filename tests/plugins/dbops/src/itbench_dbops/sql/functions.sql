CREATE OR REPLACE FUNCTION {schema}.{post}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $post$
BEGIN
{skip}  UPDATE {schema}.{party} SET balance_cents = balance_cents + NEW.amount_cents WHERE id = NEW.party_id;
  RETURN NULL;
END
$post$;

CREATE OR REPLACE FUNCTION {schema}.{job}(day date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $job$
DECLARE
  report text := '{report}_' || to_char(day, 'YYYYMMDD');
  definitions text[];
  names text[];
  each text;
BEGIN
  -- Loading is faster without indexes that guard nothing.
  SELECT array_agg(pg_get_indexdef(indexrelid)), array_agg(indexrelid::regclass::text) INTO definitions, names
    FROM pg_index WHERE indrelid = '{schema}.{doc}'::regclass AND NOT indisunique;
  FOREACH each IN ARRAY coalesce(names, ARRAY[]::text[]) LOOP
    EXECUTE 'DROP INDEX ' || each;
  END LOOP;

  INSERT INTO {schema}.{doc} ({code}, {ref}, party_id, amount_cents, booked_on)
    SELECT {code}, {ref}, party_id, amount_cents, arrived_on FROM {schema}.{inbox} WHERE arrived_on = day{once};
{rebuild}
  EXECUTE format('CREATE TABLE {schema}.%I AS SELECT party_id, count(*)::integer AS documents, '
    'sum(amount_cents)::bigint AS amount_cents FROM {schema}.{doc} WHERE booked_on = %L GROUP BY party_id', report, day);
{grant}END
$job$;
