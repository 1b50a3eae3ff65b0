BEGIN TRANSACTION;
CREATE TABLE event (
    trial INTEGER NOT NULL REFERENCES trial (id),
    position INTEGER NOT NULL,
    at_s REAL NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (trial, position)
) WITHOUT ROWID;
INSERT INTO "event" VALUES(1,0,0.000885,'turn','{"number":1}');
INSERT INTO "event" VALUES(1,1,0.000937,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(1,2,0.000963,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(1,3,0.000982,'turn','{"number":2}');
INSERT INTO "event" VALUES(2,0,0.000787,'turn','{"number":1}');
INSERT INTO "event" VALUES(2,1,0.000812,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":0,"reasoning_tokens":0,"cost_usd":0.0}');
INSERT INTO "event" VALUES(2,2,0.000831,'turn','{"number":2}');
INSERT INTO "event" VALUES(3,0,0.000787,'turn','{"number":1}');
INSERT INTO "event" VALUES(3,1,0.000809,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(3,2,0.000827,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":0,"reasoning_tokens":0,"cost_usd":null}');
INSERT INTO "event" VALUES(3,3,0.000846,'turn','{"number":2}');
INSERT INTO "event" VALUES(4,0,0.000815,'turn','{"number":1}');
INSERT INTO "event" VALUES(4,1,0.000834,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(5,0,0.000585,'turn','{"number":1}');
INSERT INTO "event" VALUES(5,1,0.000609,'reply','{"text":"a","use":null,"cost_usd":null}');
INSERT INTO "event" VALUES(5,2,0.00062,'reply','{"text":"b","use":{"input_tokens":100,"cached_tokens":30,"output_tokens":20,"reasoning_tokens":5,"cost_usd":0.25},"cost_usd":0.25}');
INSERT INTO "event" VALUES(5,3,0.00064,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(5,4,0.000656,'turn','{"number":2}');
INSERT INTO "event" VALUES(6,0,0.0005,'turn','{"number":1}');
INSERT INTO "event" VALUES(6,1,0.000516,'model','{"model":"m","status":200,"duration_s":0.1}');
INSERT INTO "event" VALUES(6,2,0.000528,'model','{"model":"m","status":429,"duration_s":0.1}');
INSERT INTO "event" VALUES(6,3,0.000536,'model','{"model":"m","status":200,"duration_s":0.1}');
INSERT INTO "event" VALUES(6,4,0.000548,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(6,5,0.000561,'turn','{"number":2}');
INSERT INTO "event" VALUES(7,0,0.000536,'turn','{"number":1}');
INSERT INTO "event" VALUES(7,1,0.000553,'turn','{"number":2}');
INSERT INTO "event" VALUES(8,0,0.000163,'turn','{"number":1}');
INSERT INTO "event" VALUES(8,1,0.000181,'usage','{"input_tokens":100,"output_tokens":20,"cached_tokens":30,"reasoning_tokens":5,"cost_usd":0.25}');
INSERT INTO "event" VALUES(8,2,0.000197,'turn','{"number":2}');
CREATE TABLE file (
    trial INTEGER NOT NULL REFERENCES trial (id),
    path TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (trial, path)
) WITHOUT ROWID;
CREATE TABLE plan (document TEXT NOT NULL);
INSERT INTO "plan" VALUES('{"id":"42ww27kx","created_at":"2026-11-27T22:08:13+00:00","itbench_version":"0.1.0","python_version":"3.11.7","domain":"spend","domain_origin":"spend 1.0","suite":"easy","suite_version":"1","suite_hash":"sha256:48ecb81aefe44f6d0b02fd53d2ada72f86e04e8b0f1f95e19ab4ce6987f3f771","suite_data":null,"suite_as_published":false,"suite_extra":{},"suite_settings":{},"data_warning":null,"hash_version":2,"agent":{"name":"spender","role":"baseline","origin":"spend 1.0","options":{},"arguments":[],"description":{}},"tasks":[{"id":"sum-0000","content_hash":"sha256:50da63f69895c694f591b20bc2d998d914a50bc60892349a15fdf12974972450","private_hash":"hmac-sha256:54e7b64defceb3591680530aea10d87d1328893cd5dbf77a790826ccbc74a498"},{"id":"sum-0001","content_hash":"sha256:d7a7cdd9c9643969d4d2b7228619141a75deac6390fde9e72caba9ea424a2274","private_hash":"hmac-sha256:1cf11e40187bdf234d7202e7da1e8730add068c5737104868360e3729c5bf747"},{"id":"sum-0002","content_hash":"sha256:8d8f706aec2dc9c45486da5cb003b91f3a8cb03fee10752b0290ea2ad6d76f50","private_hash":"hmac-sha256:bf12694474f1ef1cc09d9414df1ac97dea69b9c1a4983367d7b4eab8ed9f5f6f"},{"id":"sum-0003","content_hash":"sha256:835e11e117face9c201f83f28c6e1eb7bb28ff28c5ecee0ae31c4e4e2a522216","private_hash":"hmac-sha256:35480112b86e7b6c28bc4a2cc4b06ee6c9422bcfe3c458e918f3fdd30604d4b8"},{"id":"sum-0004","content_hash":"sha256:77ab22fabdfdd711471d5f286063ea54dc02101c14342e871bf78072589354c5","private_hash":"hmac-sha256:83d68efddccfc2c9982a6d84bc1bd3070b9e48a7b0099ed8d3c464c07a575e37"},{"id":"sum-0005","content_hash":"sha256:610300d19f451245dd81a2bfaaca281e7cf20f83eefadcde6668280ad90a4d23","private_hash":"hmac-sha256:4c71a44ab692ff3bfa65a61539d15dcbe8f33301f524b1b21dffacdf3b8a8bdf"},{"id":"sum-0006","content_hash":"sha256:6ea2244b11f77b28532f731a5581733c388dd701ab2aff501667e1d425dafa8a","private_hash":"hmac-sha256:a06c566c4da140572858fcfd1bd915c70d7b7eb39ea36a71cc3a6b4a2d82afc0"}],"repeats":1,"seed":0,"attempts":2,"max_trials":4,"is_scored":true,"sandbox":"in-process","sandbox_warning":null,"bench_sandbox":null,"floor":null,"shown_metrics":{},"data_faults":{},"is_faulty_data_allowed":false,"resumed":[]}');
CREATE TABLE score (
    scoring INTEGER NOT NULL REFERENCES scoring (id),
    trial INTEGER NOT NULL REFERENCES trial (id),
    value REAL,
    is_leak INTEGER NOT NULL,
    fault_stage TEXT,
    fault TEXT,
    fault_traceback TEXT,
    metrics TEXT NOT NULL,
    reasons TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (trial, scoring)
) WITHOUT ROWID;
INSERT INTO "score" VALUES(1,1,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
INSERT INTO "score" VALUES(1,2,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
INSERT INTO "score" VALUES(1,3,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
INSERT INTO "score" VALUES(1,5,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
INSERT INTO "score" VALUES(1,6,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
INSERT INTO "score" VALUES(1,7,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
INSERT INTO "score" VALUES(1,8,1.0,0,NULL,NULL,NULL,'{"error":0.0}','["the answer is off by 0"]','{}');
CREATE TABLE scoring (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    itbench_version TEXT NOT NULL,
    domain_origin TEXT NOT NULL,
    truths TEXT,
    scoring_version INTEGER
);
INSERT INTO "scoring" VALUES(1,'2026-11-27T22:08:13.274+00:00','0.1.0','spend 1.0',NULL,1);
CREATE TABLE submission (
    trial INTEGER PRIMARY KEY REFERENCES trial (id),
    answer TEXT NOT NULL,
    observed TEXT NOT NULL,
    notes TEXT NOT NULL
);
INSERT INTO "submission" VALUES(1,'{"sum":0}','{}','[]');
INSERT INTO "submission" VALUES(2,'{"sum":20}','{}','[]');
INSERT INTO "submission" VALUES(3,'{"sum":40}','{}','[]');
INSERT INTO "submission" VALUES(5,'{"sum":80}','{}','[]');
INSERT INTO "submission" VALUES(6,'{"sum":100}','{}','[]');
INSERT INTO "submission" VALUES(7,'{"sum":120}','{}','[]');
INSERT INTO "submission" VALUES(8,'{"sum":60}','{}','[]');
CREATE TABLE task (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    document TEXT NOT NULL
);
INSERT INTO "task" VALUES(0,'sum-0000','sha256:50da63f69895c694f591b20bc2d998d914a50bc60892349a15fdf12974972450','{"id":"sum-0000","title":"Add two numbers","instructions":"Add 0 and 0; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["even"]}');
INSERT INTO "task" VALUES(1,'sum-0001','sha256:d7a7cdd9c9643969d4d2b7228619141a75deac6390fde9e72caba9ea424a2274','{"id":"sum-0001","title":"Add two numbers","instructions":"Add 7 and 13; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["odd"]}');
INSERT INTO "task" VALUES(2,'sum-0002','sha256:8d8f706aec2dc9c45486da5cb003b91f3a8cb03fee10752b0290ea2ad6d76f50','{"id":"sum-0002","title":"Add two numbers","instructions":"Add 14 and 26; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["even"]}');
INSERT INTO "task" VALUES(3,'sum-0003','sha256:835e11e117face9c201f83f28c6e1eb7bb28ff28c5ecee0ae31c4e4e2a522216','{"id":"sum-0003","title":"Add two numbers","instructions":"Add 21 and 39; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["odd"]}');
INSERT INTO "task" VALUES(4,'sum-0004','sha256:77ab22fabdfdd711471d5f286063ea54dc02101c14342e871bf78072589354c5','{"id":"sum-0004","title":"Add two numbers","instructions":"Add 28 and 52; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["even"]}');
INSERT INTO "task" VALUES(5,'sum-0005','sha256:610300d19f451245dd81a2bfaaca281e7cf20f83eefadcde6668280ad90a4d23','{"id":"sum-0005","title":"Add two numbers","instructions":"Add 35 and 65; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["odd"]}');
INSERT INTO "task" VALUES(6,'sum-0006','sha256:6ea2244b11f77b28532f731a5581733c388dd701ab2aff501667e1d425dafa8a','{"id":"sum-0006","title":"Add two numbers","instructions":"Add 42 and 78; write {\"sum\": ...} to answer.json.","hand_in":{"answer":"answer.json","answer_schema":{"type":"object","required":["sum"],"additionalProperties":false,"properties":{"sum":{"type":"integer"}}},"files":[],"max_bytes":5000000},"limits":{"turns":50,"wall_s":20.0,"tokens":null,"cost_usd":null,"command_s":120.0},"tags":["even"]}');
CREATE TABLE trial (
    id INTEGER PRIMARY KEY,
    task TEXT NOT NULL REFERENCES task (id),
    repeat INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    fault_stage TEXT,
    fault TEXT,
    fault_traceback TEXT,
    limit_hit TEXT,
    handed_in INTEGER NOT NULL,
    answer_hash TEXT,
    started_at TEXT NOT NULL,
    wall_s REAL NOT NULL,
    turns INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    cost_usd REAL NOT NULL,
    tool_calls INTEGER NOT NULL,
    failed_tool_calls INTEGER NOT NULL,
    UNIQUE (task, repeat, attempt)
);
INSERT INTO "trial" VALUES(1,'sum-0000',0,0,NULL,NULL,NULL,NULL,1,'cb9a089972a92d2e','2026-11-27T22:08:13.289+00:00',0.005223,2,200,40,60,10,0.5,0,0);
INSERT INTO "trial" VALUES(2,'sum-0001',0,0,NULL,NULL,NULL,NULL,1,'7e87ad437b4b8aca','2026-11-27T22:08:13.290+00:00',0.008357,2,100,20,0,0,0.0,0,0);
INSERT INTO "trial" VALUES(3,'sum-0002',0,0,NULL,NULL,NULL,NULL,1,'a02e6375e764d6cc','2026-11-27T22:08:13.290+00:00',0.010184,2,200,40,30,5,0.25,0,0);
INSERT INTO "trial" VALUES(4,'sum-0003',0,0,'model','StageError: down','Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/itbench/run/trial.py", line 134, in _guarded
    await agent.solve(task, workspace, trace)
  File "/usr/lib/python3/site-packages/spend_mod.py", line 33, in solve
    raise StageError(Stage.MODEL, "down")
itbench.interfaces.fault.StageError: down
',NULL,0,NULL,'2026-11-27T22:08:13.290+00:00',0.011404,1,100,20,30,5,0.25,0,0);
INSERT INTO "trial" VALUES(5,'sum-0004',0,0,NULL,NULL,NULL,NULL,1,'b5db20b01a41f849','2026-11-27T22:08:13.302+00:00',0.001901,2,100,20,30,5,0.25,0,0);
INSERT INTO "trial" VALUES(6,'sum-0005',0,0,NULL,NULL,NULL,NULL,1,'505fed6f564a6813','2026-11-27T22:08:13.303+00:00',0.002505,2,100,20,30,5,0.25,0,0);
INSERT INTO "trial" VALUES(7,'sum-0006',0,0,NULL,NULL,NULL,NULL,1,'1f132b624d7e134e','2026-11-27T22:08:13.303+00:00',0.003809,2,0,0,0,0,0.0,0,0);
INSERT INTO "trial" VALUES(8,'sum-0003',0,1,NULL,NULL,NULL,NULL,1,'b5bf3d3d7cbc3e67','2026-11-27T22:08:13.304+00:00',0.003678,2,100,20,30,5,0.25,0,0);
CREATE VIEW outcome AS
SELECT
    trial.id AS trial,
    trial.task AS task,
    trial.repeat AS repeat,
    trial.attempt AS attempt,
    CASE
        WHEN score.is_leak THEN 'leak'
        WHEN trial.fault_stage = 'agent' THEN 'agent fault'
        WHEN trial.fault_stage IS NOT NULL THEN 'no score'
        WHEN score.trial IS NULL THEN 'unscored'
        WHEN score.fault_stage IS NOT NULL THEN 'no score'
        ELSE 'scored'
    END AS status,
    CASE
        WHEN score.is_leak OR trial.fault_stage = 'agent' THEN 0.0
        WHEN trial.fault_stage IS NULL AND score.fault_stage IS NULL THEN score.value
    END AS value,
    coalesce(trial.fault_stage, score.fault_stage) AS fault_stage,
    coalesce(trial.fault, score.fault) AS fault,
    trial.limit_hit AS limit_hit,
    trial.handed_in AS handed_in,
    trial.answer_hash AS answer_hash,
    trial.wall_s AS wall_s,
    trial.turns AS turns,
    trial.input_tokens + trial.output_tokens AS tokens,
    trial.cost_usd AS cost_usd,
    trial.tool_calls AS tool_calls,
    trial.failed_tool_calls AS failed_tool_calls
FROM trial
LEFT JOIN score
    ON score.trial = trial.id
    AND score.scoring = (SELECT max(s.scoring) FROM score AS s WHERE s.trial = trial.id)
WHERE trial.attempt = (
    SELECT max(t.attempt) FROM trial AS t WHERE t.task = trial.task AND t.repeat = trial.repeat
);
COMMIT;
