export CQ_PLUGIN_DIR=nowhere
cq sql 'select 1'
