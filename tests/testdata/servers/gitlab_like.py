"""A stand-in for the MLflow interface of a GitLab project, after its public definition
(gitlabhq/gitlabhq, lib/api/ml/mlflow/*.rb): no filter in runs/search and only the first experiment read,
next_page_token null on the last page, 201 for a POST, no log-inputs, no restore, no /version, no /health,
no artifacts; ids of runs are UUIDs. Prints its port. Usage: gitlab_like.py [strict]
strict: order_by must be a string, as it is there: a list is refused."""
import json, os, sys, threading, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
STRICT='strict' in sys.argv; NULLS=True; PORT=0
PRE='/api/v4/projects/7/ml/mlflow/api/2.0/mlflow/'
exps={}; runs={}; lock=threading.Lock()
def exp_json(e): return {'experiment_id':e['id'],'name':e['name'],'lifecycle_stage':'active','artifact_location':'not_implemented','tags':e['tags']}
def run_json(r,full=True):
    info={'run_id':r['id'],'run_uuid':r['id'],'experiment_id':r['exp'],'start_time':r['start'],'run_name':r['name'],'status':r['status'],
      'artifact_uri':f'http://127.0.0.1:{PORT}/api/v4/projects/7/packages/generic/ml_experiment_{r["exp"]}/{r["id"]}/','lifecycle_stage':'active','user_id':'1'}
    if r.get('end') is not None: info['end_time']=r['end']
    return {'info':info,'data':{'metrics':r['metrics'],'params':r['params'],'tags':r['tags']}}
class H(BaseHTTPRequestHandler):
    protocol_version='HTTP/1.1'; disable_nagle_algorithm=True
    def log_message(self,*a): pass
    def out(self,code,obj):
        b=json.dumps(obj).encode(); self.send_response(201 if code==200 and self.command=='POST' else code); self.send_header('content-type','application/json'); self.send_header('content-length',str(len(b))); self.end_headers(); self.wfile.write(b)
    def handle_any(self):
        n=int(self.headers.get('content-length') or 0); raw=self.rfile.read(n) if n else b''
        if self.headers.get('authorization')!='Bearer glpat-test' : return self.out(401,{'message':'401 Unauthorized'})
        from urllib.parse import urlparse,parse_qs
        u=urlparse(self.path)
        if not u.path.startswith(PRE): return self.out(404,{'error':'404 Not Found'})
        ep=u.path[len(PRE):]; q={k:v[0] for k,v in parse_qs(u.query).items()}
        body=json.loads(raw) if raw else {}
        with lock:
            if ep=='experiments/create':
                if body['name'] in [e['name'] for e in exps.values()]: return self.out(400,{'error_code':'RESOURCE_ALREADY_EXISTS'})
                i=str(len(exps)+1); exps[i]={'id':i,'name':body['name'],'tags':body.get('tags') or []}; return self.out(200,{'experiment_id':i})
            if ep in('experiments/get','experiments/get-by-name'):
                for e in exps.values():
                    if e['id']==q.get('experiment_id') or e['name']==q.get('experiment_name'): return self.out(200,{'experiment':exp_json(e)})
                return self.out(404,{'error_code':'RESOURCE_DOES_NOT_EXIST'})
            if ep=='experiments/search':
                if STRICT and isinstance(body.get('order_by'),list): return self.out(400,{'error':'order_by is invalid'})
                return self.out(200,{'experiments':[exp_json(e) for e in exps.values()],'next_page_token':None} if NULLS else {'experiments':[exp_json(e) for e in exps.values()]})
            if ep=='runs/create':
                i=str(uuid.uuid4()); runs[i]={'id':i,'exp':str(body['experiment_id']),'start':body.get('start_time',0),'name':body.get('run_name'),'status':'RUNNING','metrics':[],'params':[],'tags':body.get('tags') or []}
                return self.out(200,{'run':run_json(runs[i])})
            if ep=='runs/search':
                if STRICT and isinstance(body.get('order_by'),list): return self.out(400,{'error':'order_by is invalid'})
                rs=[run_json(r) for r in reversed(list(runs.values())) if r['exp']==body['experiment_ids'][0]]
                return self.out(200,{'runs':rs,'next_page_token':None} if NULLS else {'runs':rs})
            rid=body.get('run_id') or q.get('run_id'); r=runs.get(rid)
            if ep in('runs/get','runs/update','runs/log-batch','runs/set-tag','runs/delete'):
                if not r: return self.out(404,{'error_code':'RESOURCE_DOES_NOT_EXIST'})
                if ep=='runs/get': return self.out(200,{'run':run_json(r)})
                if ep=='runs/update':
                    if body.get('status'): r['status']=body['status']
                    if body.get('end_time'): r['end']=body['end_time']
                    return self.out(200,{'run_info':run_json(r)['info']})
                if ep=='runs/log-batch':
                    r['metrics']+=body.get('metrics') or []; 
                    for k in('params','tags'):
                        have={p['key'] for p in r[k]}
                        r[k]+=[p for p in (body.get(k) or []) if p['key'] not in have]
                    return self.out(200,{})
                if ep=='runs/set-tag':
                    if body['key'] in {p['key'] for p in r['tags']}: return self.out(400,{'message':'400 Bad request'})
                    r['tags'].append({'key':body['key'],'value':body['value']}); return self.out(200,{})
                if ep=='runs/delete': del runs[rid]; return self.out(200,{})
        return self.out(404,{'error':'404 Not Found'})
    do_GET=do_POST=do_PUT=do_PATCH=do_DELETE=handle_any
# Ends with whoever started it.
threading.Thread(target=lambda:(sys.stdin.read(),os._exit(0)),daemon=True).start()
server=ThreadingHTTPServer(('127.0.0.1',0),H); PORT=server.server_address[1]
print(PORT,flush=True); server.serve_forever()
