# needs: libduckdb.so
# A query reads the tables and nothing else.
echo secret >secret.csv
while IFS= read -r query; do
    echo "> $query"
    cq sql "$query" </dev/null 2>&1
    echo "exit $?"
done <<'QUERIES'
select * from read_csv('/etc/passwd')
select * from read_text('secret.csv')
select * from 'secret.csv'
from glob('*')
from sniff_csv('secret.csv')
select (select content from read_blob('secret.csv'))
with t as (from parquet_scan('x.parquet')) from t
select * from files where exists (from read_json('secret.csv'))
copy files to 'stolen.csv'
copy (select 1) to '/dev/stderr'
export database 'stolen'
attach 'other.db'
attach ':memory:' as m
use memory
install httpfs
load httpfs
pragma database_list
set memory_limit = '100GB'
set enable_external_access = true
reset lock_configuration
call enable_logging()
from enable_logging(storage = 'file', storage_path = 'log')
from ENABLE_LOGGING()
from main.disable_logging()
select write_log('x')
from query('select 1')
from query_table('files')
from json_execute_serialized_sql('{}')
from arrow_scan(1, 2, 3)
from seq_scan('files')
from duckdb_secrets()
from duckdb_extensions()
from which_secret('x', 'y')
from checkpoint()
select getenv('HOME')
insert into files (path) values ('x')
update files set path = 'x'
delete from files
drop table files
truncate files
create table t (i int)
create temp table t (i int)
create macro f(x) as x
create secret (type s3)
begin
vacuum
explain analyze select 1
prepare p as select 1
select 1; drop table files
select $1

;
QUERIES
cq sql 'select count(*) from files'
find . -newer secret.csv -type f
