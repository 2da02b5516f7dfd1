from kuzu_api import Client
from kuzu_api.api.query import query_database
from kuzu_api.models import QueryRequest

client = Client(base_url="http://localhost:8001")
request = QueryRequest(database="first", cypher="MATCH (e:Entity) RETURN e.name AS name")
print(query_database.sync("first", client=client, body=request))
