#!/usr/bin/env python3
"""Schemas as they are met in the world, written by hand, each with instances that it allows.

Mutants of the instances are made, and the package jsonschema says which of all are valid:

    pip install 'jsonschema[format]'
    python3 tests/guided/realistic_schemas.py > tests/golden/guided/realistic_schemas.jsonl
"""
import copy
import json
import random
import re

D4 = "http://json-schema.org/draft-04/schema#"
D6 = "http://json-schema.org/draft-06/schema#"
D7 = "http://json-schema.org/draft-07/schema#"
D20 = "https://json-schema.org/draft/2020-12/schema"
STRING = {"type": "string"}
STRINGS = {"type": "array", "items": STRING}
MAP = {"type": "object", "additionalProperties": STRING}

ALL = []


def case(name, schema, *instances):
    ALL.append((name, schema, instances))


case("package.json", {
    "$schema": D7, "$id": "https://example.com/package", "title": "npm package", "type": "object",
    "definitions": {
        "person": {"description": "who", "type": ["object", "string"], "required": ["name"],
                   "properties": {"name": STRING, "url": {"type": "string", "format": "uri"}, "email": {"type": "string", "format": "email"}}},
        "dependency": {"type": "object", "additionalProperties": STRING},
        "exportsEntry": {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^\\./"}, {"$ref": "#/definitions/exportsObject"},
                                   {"type": "array", "items": {"$ref": "#/definitions/exportsEntry"}}]},
        "exportsObject": {"type": "object", "properties": {"import": {"$ref": "#/definitions/exportsEntry"}, "require": {"$ref": "#/definitions/exportsEntry"}},
                          "patternProperties": {"^[^.0-9]+$": {"$ref": "#/definitions/exportsEntry"}, "^types@.+$": {"$ref": "#/definitions/exportsEntry"}}, "additionalProperties": False}},
    "patternProperties": {"^_": {"description": "private", "tsType": "any"}},
    "properties": {
        "name": {"type": "string", "maxLength": 214, "minLength": 1, "pattern": "^(?:(?:@(?:[a-z0-9-*~][a-z0-9-*._~]*)?/[a-z0-9-._~])|[a-z0-9-~])[a-z0-9-._~]*$"},
        "version": STRING, "keywords": STRINGS, "author": {"$ref": "#/definitions/person"},
        "contributors": {"type": "array", "items": {"$ref": "#/definitions/person"}},
        "bin": {"type": ["string", "object"], "additionalProperties": STRING},
        "exports": {"oneOf": [{"$ref": "#/definitions/exportsEntry"}, {"type": "object", "patternProperties": {"^\\.(/.+)*$": {"$ref": "#/definitions/exportsEntry"}}, "additionalProperties": False, "minProperties": 1}]},
        "dependencies": {"$ref": "#/definitions/dependency"}, "private": {"type": "boolean"},
        "workspaces": {"anyOf": [STRINGS, {"type": "object", "properties": {"packages": STRINGS}}]},
        "type": {"type": "string", "enum": ["commonjs", "module"], "default": "commonjs"}},
    "anyOf": [{"type": "object", "not": {"required": ["bundledDependencies", "bundleDependencies"]}},
              {"type": "object", "not": {"required": ["bundleDependencies"]}, "required": ["bundledDependencies"]}]},
    {"name": "@scope/pkg", "version": "1.0.0", "author": {"name": "A", "email": "a@b.org"}, "dependencies": {"x": "^1"}, "exports": {".": {"import": "./a.mjs", "require": ["./a.cjs", None]}, "./b": "./b.js"}, "_id": 5},
    {"name": "x", "author": "me", "bin": {"x": "bin.js"}, "type": "module", "workspaces": ["a/*"], "private": True})

case("GitHub workflow", {
    "$schema": D7, "type": "object", "required": ["on", "jobs"], "additionalProperties": False,
    "definitions": {
        "event": {"enum": ["push", "pull_request", "workflow_dispatch", "schedule", "release"]},
        "env": {"oneOf": [{"type": "object", "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}}, {"$ref": "#/definitions/expression"}]},
        "expression": {"type": "string", "pattern": "^\\$\\{\\{(.|[\r\n])*\\}\\}$"},
        "step": {"type": "object", "allOf": [{"oneOf": [{"type": "object", "properties": {"uses": STRING}, "required": ["uses"]}, {"type": "object", "properties": {"run": STRING}, "required": ["run"]}]},
                                             {"type": "object", "properties": {"id": STRING, "if": {"type": ["boolean", "number", "string"]}, "name": STRING, "uses": STRING, "run": STRING, "with": {"$ref": "#/definitions/env"}, "env": {"$ref": "#/definitions/env"}, "timeout-minutes": {"oneOf": [{"type": "number"}, {"$ref": "#/definitions/expression"}]}}, "dependencies": {"working-directory": ["run"], "shell": ["run"]}, "additionalProperties": False}]},
        "job": {"type": "object", "required": ["runs-on"], "properties": {"name": STRING, "needs": {"oneOf": [{"type": "array", "items": {"$ref": "#/definitions/name"}, "minItems": 1}, {"$ref": "#/definitions/name"}]},
                "runs-on": {"anyOf": [STRING, {"type": "array", "anyOf": [{"items": [STRING], "minItems": 1, "additionalItems": STRING}]}, {"type": "object", "properties": {"group": STRING}}]},
                "steps": {"type": "array", "items": {"$ref": "#/definitions/step"}, "minItems": 1}, "env": {"$ref": "#/definitions/env"}}, "additionalProperties": False},
        "name": {"type": "string", "pattern": "^[_a-zA-Z][a-zA-Z0-9_-]*$"}},
    "properties": {"name": STRING, "env": {"$ref": "#/definitions/env"},
                   "on": {"oneOf": [{"$ref": "#/definitions/event"}, {"type": "array", "items": {"$ref": "#/definitions/event"}, "minItems": 1},
                                    {"type": "object", "properties": {"push": {"type": ["object", "null"], "properties": {"branches": STRINGS, "branches-ignore": STRINGS},
                                        "allOf": [{"not": {"required": ["branches", "branches-ignore"]}}]}, "schedule": {"type": "array", "items": {"properties": {"cron": {"type": "string"}}}, "minItems": 1}}, "additionalProperties": False}]},
                   "jobs": {"type": "object", "patternProperties": {"^[_a-zA-Z][a-zA-Z0-9_-]*$": {"$ref": "#/definitions/job"}}, "minProperties": 1, "additionalProperties": False}}},
    {"name": "CI", "on": ["push", "release"], "jobs": {"build": {"runs-on": "ubuntu-latest", "steps": [{"uses": "actions/checkout@v4", "with": {"depth": 1}}, {"name": "go", "run": "make"}]}}},
    {"on": {"push": {"branches": ["main"]}}, "env": {"A": 1, "B": True}, "jobs": {"a": {"runs-on": ["self-hosted"], "needs": "b", "steps": [{"run": "x", "timeout-minutes": "${{ 5 }}"}]}}})

case("OpenAPI 3.0 fragment", {
    "$schema": D4, "id": "https://spec.openapis.org/oas/3.0/schema/2021-09-28", "type": "object", "required": ["openapi", "info", "paths"],
    "properties": {"openapi": {"type": "string", "pattern": "^3\\.0\\.\\d(-.+)?$"}, "info": {"$ref": "#/definitions/Info"}, "paths": {"$ref": "#/definitions/Paths"}, "servers": {"type": "array", "items": {"$ref": "#/definitions/Server"}}},
    "patternProperties": {"^x-": {}}, "additionalProperties": False,
    "definitions": {
        "Reference": {"type": "object", "required": ["$ref"], "patternProperties": {"^\\$ref$": {"type": "string", "format": "uri-reference"}}},
        "Info": {"type": "object", "required": ["title", "version"], "properties": {"title": STRING, "version": STRING, "termsOfService": {"type": "string", "format": "uri-reference"}}, "patternProperties": {"^x-": {}}, "additionalProperties": False},
        "Server": {"type": "object", "required": ["url"], "properties": {"url": STRING}, "additionalProperties": False},
        "Paths": {"type": "object", "patternProperties": {"^\\/": {"$ref": "#/definitions/PathItem"}, "^x-": {}}, "additionalProperties": False},
        "PathItem": {"type": "object", "properties": {"$ref": STRING, "parameters": {"type": "array", "items": {"oneOf": [{"$ref": "#/definitions/Parameter"}, {"$ref": "#/definitions/Reference"}]}}},
                     "patternProperties": {"^(get|put|post|delete)$": {"$ref": "#/definitions/Operation"}, "^x-": {}}, "additionalProperties": False},
        "Operation": {"type": "object", "required": ["responses"], "properties": {"tags": STRINGS, "responses": {"$ref": "#/definitions/Responses"}, "deprecated": {"type": "boolean", "default": False}}, "patternProperties": {"^x-": {}}, "additionalProperties": False},
        "Responses": {"type": "object", "properties": {"default": {"oneOf": [{"$ref": "#/definitions/Response"}, {"$ref": "#/definitions/Reference"}]}}, "patternProperties": {"^[1-5](?:\\d{2}|XX)$": {"oneOf": [{"$ref": "#/definitions/Response"}, {"$ref": "#/definitions/Reference"}]}, "^x-": {}}, "minProperties": 1, "additionalProperties": False},
        "Response": {"type": "object", "required": ["description"], "properties": {"description": STRING}, "patternProperties": {"^x-": {}}, "additionalProperties": False},
        "Schema": {"type": "object", "properties": {"type": {"type": "string", "enum": ["array", "object", "string"]}, "minimum": {"type": "number"}, "exclusiveMinimum": {"type": "boolean", "default": False}, "items": {"oneOf": [{"$ref": "#/definitions/Schema"}, {"$ref": "#/definitions/Reference"}]}, "allOf": {"type": "array", "items": {"oneOf": [{"$ref": "#/definitions/Schema"}, {"$ref": "#/definitions/Reference"}]}}}, "patternProperties": {"^x-": {}}, "additionalProperties": False},
        "Parameter": {"type": "object", "properties": {"name": STRING, "in": STRING, "required": {"type": "boolean"}, "schema": {"oneOf": [{"$ref": "#/definitions/Schema"}, {"$ref": "#/definitions/Reference"}]}, "style": STRING, "example": {}, "examples": {"type": "object"}},
                      "required": ["name", "in"], "patternProperties": {"^x-": {}}, "additionalProperties": False,
                      "allOf": [{"not": {"required": ["example", "examples"]}}, {"description": "location", "oneOf": [
                          {"required": ["required"], "properties": {"in": {"enum": ["path"]}, "style": {"enum": ["matrix", "label", "simple"]}, "required": {"enum": [True]}}},
                          {"properties": {"in": {"enum": ["query"]}, "style": {"enum": ["form", "deepObject"]}}}, {"properties": {"in": {"enum": ["header"]}, "style": {"enum": ["simple"]}}}]}]}}},
    {"openapi": "3.0.3", "info": {"title": "t", "version": "1", "x-a": [1]}, "paths": {"/pets/{id}": {"get": {"tags": ["a"], "responses": {"200": {"description": "ok"}, "default": {"$ref": "#/x"}}}, "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "array", "items": {"type": "string"}}}]}}},
    {"openapi": "3.0.0", "info": {"title": "", "version": ""}, "paths": {}, "servers": [{"url": "/"}], "x-y": None})

case("tool call", {"type": "object", "properties": {"name": {"const": "get_weather"}, "arguments": {"type": "object", "properties": {"location": {"type": "string", "description": "City"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}, "days": {"type": "integer", "minimum": 1, "maximum": 14}}, "required": ["location"]}}, "required": ["name", "arguments"], "additionalProperties": False},
     {"name": "get_weather", "arguments": {"location": "Paris", "unit": "celsius", "days": 14}}, {"arguments": {"location": "X", "other": [1]}, "name": "get_weather"})
case("tools, one of several", {"anyOf": [
    {"type": "object", "properties": {"tool": {"const": "search"}, "query": {"type": "string", "minLength": 1}, "top": {"type": ["integer", "null"], "exclusiveMinimum": 0}}, "required": ["tool", "query"], "additionalProperties": False},
    {"type": "object", "properties": {"tool": {"const": "run"}, "code": STRING, "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": 60.5}}, "required": ["tool", "code"], "additionalProperties": False},
    {"type": "object", "properties": {"tool": {"const": "stop"}}, "required": ["tool"], "additionalProperties": False}]},
    {"tool": "search", "query": "q", "top": None}, {"code": "x\n", "tool": "run", "timeout": 0.25}, {"tool": "stop"}, {"tool": "run", "code": "", "timeout": 1e-05})

K8S_META = {"type": "object", "properties": {"name": {"type": ["string", "null"], "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}, "labels": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}}, "creationTimestamp": {"type": ["string", "null"], "format": "date-time"}}}
case("Kubernetes deployment", {
    "$schema": "http://json-schema.org/schema#", "description": "Deployment", "type": "object", "required": ["apiVersion", "kind", "spec"], "x-kubernetes-group-version-kind": [{"group": "apps", "kind": "Deployment", "version": "v1"}],
    "properties": {"apiVersion": {"type": ["string", "null"], "enum": ["apps/v1"]}, "kind": {"type": ["string", "null"], "enum": ["Deployment"]}, "metadata": K8S_META,
                   "spec": {"type": "object", "required": ["selector", "template"], "properties": {"replicas": {"type": ["integer", "null"], "format": "int32", "minimum": 0}, "selector": {"type": "object", "properties": {"matchLabels": {"type": "object", "additionalProperties": STRING}}},
                       "strategy": {"properties": {"rollingUpdate": {"properties": {"maxSurge": {"oneOf": [{"type": ["string", "null"]}, {"type": ["integer", "null"]}], "format": "int-or-string"}}}, "type": {"enum": ["Recreate", "RollingUpdate"]}}},
                       "template": {"type": "object", "properties": {"metadata": K8S_META, "spec": {"type": "object", "required": ["containers"], "properties": {"containers": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"], "properties": {"name": STRING, "image": STRING, "ports": {"type": ["array", "null"], "items": {"type": ["object", "null"], "required": ["containerPort"], "properties": {"containerPort": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 65535}}}, "x-kubernetes-list-map-keys": ["containerPort"]}}}}}}}}}}}},
    {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"a": "b"}, "creationTimestamp": "2024-02-29T10:00:00Z"}, "spec": {"replicas": 3, "selector": {"matchLabels": {"a": "b"}}, "strategy": {"rollingUpdate": {"maxSurge": "25%"}}, "template": {"metadata": {"labels": None}, "spec": {"containers": [{"name": "c", "image": "i:1", "ports": [{"containerPort": 8080}]}]}}}},
    {"kind": "Deployment", "apiVersion": "apps/v1", "spec": {"template": {}, "selector": {}, "replicas": None}})

case("FHIR patient", {
    "$schema": D6, "$id": "http://hl7.org/fhir/json-schema/4.0", "discriminator": {"propertyName": "resourceType", "mapping": {"Patient": "#/definitions/Patient"}},
    "oneOf": [{"$ref": "#/definitions/Patient"}, {"$ref": "#/definitions/Observation"}],
    "definitions": {
        "string": {"type": "string", "pattern": "^[ \\r\\n\\t\\S]+$"}, "id": {"type": "string", "pattern": "^[A-Za-z0-9\\-\\.]{1,64}$"}, "code": {"type": "string", "pattern": "^[^\\s]+(\\s[^\\s]+)*$"},
        "boolean": {"type": "boolean"}, "decimal": {"type": "number", "pattern": "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$"},
        "date": {"type": "string", "pattern": "^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1]))?)?$"},
        "Element": {"properties": {"id": {"$ref": "#/definitions/string"}, "extension": {"type": "array", "items": {"$ref": "#/definitions/Extension"}}}, "additionalProperties": False},
        "Extension": {"properties": {"id": {"$ref": "#/definitions/string"}, "url": {"$ref": "#/definitions/string"}, "valueBoolean": {"type": "boolean"}, "extension": {"type": "array", "items": {"$ref": "#/definitions/Extension"}}}, "additionalProperties": False},
        "HumanName": {"properties": {"use": {"enum": ["usual", "official", "temp"]}, "_use": {"$ref": "#/definitions/Element"}, "family": {"$ref": "#/definitions/string"}, "given": {"type": "array", "items": {"$ref": "#/definitions/string"}}, "_given": {"type": "array", "items": {"$ref": "#/definitions/Element"}}}, "additionalProperties": False},
        "Patient": {"description": "p", "properties": {"resourceType": {"const": "Patient"}, "id": {"$ref": "#/definitions/id"}, "active": {"$ref": "#/definitions/boolean"}, "name": {"type": "array", "items": {"$ref": "#/definitions/HumanName"}}, "birthDate": {"$ref": "#/definitions/date"}, "_birthDate": {"$ref": "#/definitions/Element"}, "multipleBirthInteger": {"type": "number", "pattern": "^-?([0]|([1-9][0-9]*))$"}, "contained": {"type": "array", "items": {"$ref": "#"}}}, "additionalProperties": False, "required": ["resourceType"]},
        "Observation": {"properties": {"resourceType": {"const": "Observation"}, "id": {"$ref": "#/definitions/id"}, "status": {"$ref": "#/definitions/code"}, "valueDecimal": {"$ref": "#/definitions/decimal"}}, "additionalProperties": False, "required": ["resourceType", "status"]}}},
    {"resourceType": "Patient", "id": "a-1.b", "active": True, "name": [{"use": "official", "family": "Müller", "given": ["Anna", "B"], "_given": [{"id": "x"}]}], "birthDate": "1970-03", "contained": [{"resourceType": "Observation", "status": "final", "valueDecimal": 1.5}]},
    {"status": "a b", "resourceType": "Observation"})

POSITION = {"type": "array", "minItems": 2, "items": {"type": "number"}}
def geometry(kind, coordinates):
    return {"title": "GeoJSON " + kind, "type": "object", "required": ["type", "coordinates"], "properties": {"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates, "bbox": {"type": "array", "minItems": 4, "items": {"type": "number"}}}}
GEOMETRIES = [geometry("Point", POSITION), geometry("LineString", {"type": "array", "minItems": 2, "items": POSITION}), geometry("Polygon", {"type": "array", "items": {"type": "array", "minItems": 4, "items": POSITION}}), geometry("MultiPoint", {"type": "array", "items": POSITION})]
FEATURE = {"title": "GeoJSON Feature", "type": "object", "required": ["type", "properties", "geometry"], "properties": {"type": {"type": "string", "enum": ["Feature"]}, "id": {"oneOf": [{"type": "number"}, {"type": "string"}]}, "properties": {"oneOf": [{"type": "null"}, {"type": "object"}]}, "geometry": {"oneOf": [{"type": "null"}] + GEOMETRIES}, "bbox": {"type": "array", "minItems": 4, "items": {"type": "number"}}}}
case("GeoJSON", {"$schema": D7, "$id": "https://geojson.org/schema/GeoJSON.json", "title": "GeoJSON", "oneOf": GEOMETRIES + [FEATURE, {"type": "object", "required": ["type", "features"], "properties": {"type": {"type": "string", "enum": ["FeatureCollection"]}, "features": {"type": "array", "items": FEATURE}}}]},
     {"type": "Point", "coordinates": [1.5, -2]}, {"type": "FeatureCollection", "features": [{"type": "Feature", "id": 3, "properties": {"a": 1}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}, {"type": "Feature", "properties": None, "geometry": None}]})

case("ESLint configuration", {
    "$schema": D4, "type": "object", "allOf": [{"$ref": "#/definitions/partialConfig"}], "properties": {"root": {"type": "boolean"}, "ignorePatterns": {"oneOf": [STRING, STRINGS]}, "overrides": {"type": "array", "items": {"type": "object", "required": ["files"], "allOf": [{"$ref": "#/definitions/partialConfig"}], "properties": {"files": {"oneOf": [STRING, {"type": "array", "items": STRING, "minItems": 1}]}}, "additionalProperties": True}}},
    "definitions": {"rule": {"oneOf": [{"enum": [0, 1, 2]}, {"enum": ["off", "warn", "error"]}, {"type": "array", "items": [{"oneOf": [{"enum": [0, 1, 2]}, {"enum": ["off", "warn", "error"]}]}], "additionalItems": True}]},
                    "partialConfig": {"properties": {"env": {"type": "object", "properties": {"node": {"type": "boolean"}}, "additionalProperties": {"type": "boolean"}}, "globals": {"type": "object", "additionalProperties": {"oneOf": [{"type": "string", "enum": ["readonly", "writable", "off"]}, {"type": "boolean"}]}}, "extends": {"oneOf": [STRING, STRINGS]}, "parserOptions": {"type": "object", "properties": {"ecmaVersion": {"enum": [3, 5, 6, 2015, "latest"], "default": 11}}}, "rules": {"type": "object", "additionalProperties": {"$ref": "#/definitions/rule"}}}}}},
    {"root": True, "env": {"node": True, "es6": False}, "extends": ["a", "b"], "rules": {"semi": [2, "always", {"x": 1}], "q": "off", "z": 0}, "parserOptions": {"ecmaVersion": 2015}},
    {"overrides": [{"files": "*.ts", "rules": {"a": 1}}], "globals": {"x": "readonly", "y": True}, "ignorePatterns": "x", "plugins": []})

case("CycloneDX", {
    "$schema": D7, "type": "object", "required": ["bomFormat", "specVersion"], "additionalProperties": False,
    "properties": {"$schema": {"type": "string", "enum": ["http://cyclonedx.org/schema/bom-1.5.schema.json"]}, "bomFormat": {"type": "string", "enum": ["CycloneDX"]}, "specVersion": {"type": "string", "examples": ["1.5"]}, "serialNumber": {"type": "string", "pattern": "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}, "version": {"type": "integer", "minimum": 1, "default": 1},
                   "components": {"type": "array", "items": {"$ref": "#/definitions/component"}}},
    "definitions": {"refType": {"type": "string", "minLength": 1},
        "component": {"type": "object", "required": ["type", "name"], "additionalProperties": False, "properties": {"type": {"type": "string", "enum": ["application", "library", "file"]}, "bom-ref": {"$ref": "#/definitions/refType"}, "name": STRING, "hashes": {"type": "array", "items": {"type": "object", "required": ["alg", "content"], "additionalProperties": False, "properties": {"alg": {"enum": ["MD5", "SHA-256"]}, "content": {"type": "string", "pattern": "^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64})$"}}}},
            "licenses": {"oneOf": [{"type": "array", "items": {"type": "object", "required": ["license"], "additionalProperties": False, "properties": {"license": {"type": "object", "oneOf": [{"required": ["id"]}, {"required": ["name"]}], "additionalProperties": False, "properties": {"id": STRING, "name": STRING, "url": {"type": "string", "format": "iri-reference"}}}}}}, {"type": "array", "additionalItems": False, "minItems": 1, "maxItems": 1, "items": [{"type": "object", "additionalProperties": False, "required": ["expression"], "properties": {"expression": STRING}}]}]},
            "components": {"type": "array", "items": {"$ref": "#/definitions/component"}}}}}},
    {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 2, "components": [{"type": "library", "name": "n", "hashes": [{"alg": "MD5", "content": "d41d8cd98f00b204e9800998ecf8427e"}], "licenses": [{"license": {"id": "MIT", "url": "https://x.org"}}], "components": [{"type": "file", "name": "f", "licenses": [{"expression": "MIT"}]}]}]})

case("tsconfig", {"$schema": D4, "allowTrailingCommas": True, "allOf": [{"anyOf": [{"$ref": "#/definitions/files"}, {"$ref": "#/definitions/include"}, {"required": ["references"]}]}, {"$ref": "#/definitions/options"}], "type": "object",
    "definitions": {"files": {"properties": {"files": {"type": "array", "items": STRING}}}, "include": {"properties": {"include": {"type": "array", "items": STRING}}},
        "options": {"properties": {"compilerOptions": {"type": ["object", "null"], "properties": {"target": {"type": ["string", "null"], "anyOf": [{"enum": ["ES3", "ES5", "ES6"]}, {"pattern": "^([Ee][Ss]([356]|(20(1[56789]|2[01234]))|[Nn][Ee][Xx][Tt]))$"}], "default": "ES5"}, "strict": {"type": ["boolean", "null"]}, "lib": {"type": ["array", "null"], "items": {"type": "string", "anyOf": [{"enum": ["DOM", "ES5"]}, {"pattern": "^[Dd][Oo][Mm]$"}]}}, "paths": {"type": ["object", "null"], "additionalProperties": {"type": ["array", "null"], "items": {"type": ["string", "null"]}}}}}}}}},
    {"compilerOptions": {"target": "es2020", "strict": True, "lib": ["dom", "ES5"], "paths": {"@/*": ["src/*"]}}, "include": ["src"]}, {"files": [], "compilerOptions": None})

case("docker compose", {"$schema": "https://json-schema.org/draft/2019-09/schema#", "id": "compose_spec.json", "type": "object", "properties": {"version": STRING, "services": {"type": "object", "patternProperties": {"^[a-zA-Z0-9._-]+$": {"$ref": "#/definitions/service"}}, "additionalProperties": False}}, "patternProperties": {"^x-": {}}, "additionalProperties": False,
    "definitions": {"service": {"id": "#/definitions/service", "type": "object", "properties": {"image": STRING, "command": {"oneOf": [{"type": "null"}, STRING, STRINGS]}, "environment": {"$ref": "#/definitions/list_or_dict"}, "ports": {"type": "array", "items": {"oneOf": [{"type": "number", "format": "ports"}, {"type": "string", "format": "ports"}, {"type": "object", "properties": {"target": {"type": "integer"}}, "additionalProperties": False, "patternProperties": {"^x-": {}}}]}}, "depends_on": {"oneOf": [{"$ref": "#/definitions/list"}, {"type": "object", "additionalProperties": False, "patternProperties": {"^[a-zA-Z0-9._-]+$": {"type": "object", "additionalProperties": False, "properties": {"condition": {"enum": ["service_started", "service_healthy"]}}, "required": ["condition"]}}}]}}, "additionalProperties": False, "patternProperties": {"^x-": {}}},
        "list": {"type": "array", "items": STRING}, "list_or_dict": {"oneOf": [{"type": "object", "patternProperties": {".+": {"type": ["string", "number", "boolean", "null"]}}, "additionalProperties": False}, {"type": "array", "items": STRING}]}}},
    {"version": "3", "services": {"db": {"image": "pg", "environment": {"A": 1, "B": None}, "ports": [80, "90:90", {"target": 5}], "depends_on": {"x": {"condition": "service_healthy"}}}, "web": {"command": ["a"], "environment": ["A=1"], "depends_on": ["db"], "x-q": 1}}, "x-a": {}})

case("user record, many optional members", {"type": "object", "additionalProperties": False, "properties": {**{"field%02d" % i: {"type": ["string", "null"]} for i in range(40)}, "id": {"type": "integer"}}, "required": ["id"]},
     {"id": 1}, {"field07": "x", "id": 2, "field03": None, "field39": ""})
case("min and max of properties", {"type": "object", "minProperties": 1, "maxProperties": 3, "additionalProperties": {"type": "number"}}, {"a": 1}, {"a": 1, "b": 2.5, "c": -3})
case("names of properties by pattern", {"type": "object", "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 10}, "additionalProperties": {"type": ["string", "number"]}}, {"a_1": "x", "B": 2}, {})
case("names of properties by list", {"type": "object", "propertyNames": {"enum": ["red", "green", "blue"]}, "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 255}}, {"red": 255, "blue": 0}, {})
case("draft 4 bounds", {"$schema": D4, "type": "object", "properties": {"a": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": False}, "b": {"type": "integer", "minimum": -5, "maximum": 5, "exclusiveMaximum": True}}}, {"a": 0.5, "b": -5}, {"a": 1, "b": 4})
case("draft 4 id and ref", {"$schema": D4, "id": "http://example.com/root.json", "definitions": {"a": {"id": "#foo", "type": "integer"}, "b": {"id": "other.json", "definitions": {"c": {"type": "boolean"}}}}, "properties": {"x": {"$ref": "#foo"}, "y": {"$ref": "http://example.com/root.json#/definitions/a"}, "z": {"$ref": "other.json#/definitions/c"}}, "additionalProperties": False}, {"x": 1, "y": 2, "z": True}, {})
case("password", {"type": "object", "properties": {"password": {"type": "string", "pattern": "^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,16}$"}, "user": {"type": "string", "pattern": "^(?!admin$)[a-z]{3,12}$"}}, "required": ["password", "user"]}, {"password": "abcDEF123", "user": "bob"}, {"password": "Zz9zzzzz", "user": "admins"})
case("no such prefix", {"type": "object", "patternProperties": {"^(?!x-)[a-z-]+$": {"type": "integer"}, "^x-": {"type": "string"}}, "additionalProperties": False}, {"ab": 1, "x-y": "s"}, {"y-x": 2})
case("not containing", {"type": "array", "items": {"type": "string", "pattern": "^((?!--).)*$"}}, ["a-b", ""], ["ab - c"])
case("patterns of the world", {"type": "object", "properties": {
    "semver": {"type": "string", "pattern": "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$"},
    "phone": {"type": "string", "pattern": "^\\+?[1-9]\\d{1,14}$"}, "hex": {"type": "string", "pattern": "^#(?:[0-9a-fA-F]{3}){1,2}$"}, "slug": {"type": "string", "pattern": "^[a-z0-9]+(?:-[a-z0-9]+)*$", "maxLength": 40}, "zip": {"pattern": "^\\d{5}(-\\d{4})?$"},
    "path": {"type": "string", "pattern": "^(\\/[\\w\\-\\.]+)+\\/?$"}, "arn": {"type": "string", "pattern": "^arn:(aws|aws-cn):[a-z0-9\\-]*:[a-z0-9\\-]*:\\d{0,12}:.+$", "minLength": 1, "maxLength": 2048}, "url": {"type": "string", "pattern": "^https?://"}, "suffix": {"type": "string", "pattern": "\\.json$"}, "any": {"type": "string", "pattern": ".*"}, "notempty": {"type": "string", "pattern": "\\S"}, "iban": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}(?:[ ]?[0-9]{4}){4}(?:[ ]?[0-9]{1,2})?$"}}},
    {"semver": "1.0.0-rc.1+b.5", "phone": "+491234567", "hex": "#a1B", "slug": "a-b-c", "zip": "12345-6789", "path": "/a.b/c-d/"}, {"arn": "arn:aws:s3:::bucket/x", "url": "http://", "suffix": "a.json", "any": "", "notempty": " x ", "iban": "DE89 3704 0044 0532 0130 00"})
case("formats of the world", {"type": "object", "properties": {"a": {"type": "string", "format": "date"}, "b": {"type": "string", "format": "date-time"}, "c": {"type": "string", "format": "email"}, "d": {"type": "string", "format": "uri"}, "e": {"type": "string", "format": "uuid"}, "f": {"type": "string", "format": "ipv4"}, "g": {"type": "string", "format": "hostname"}, "h": {"type": "string", "format": "time"}, "i": {"type": "integer", "format": "int64"}, "j": {"type": "string", "format": "byte"}, "k": {"type": "string", "format": "regex"}, "l": {"type": "string", "format": "color"}, "m": {"type": "string", "format": "phone"}, "n": {"type": "string", "format": "uri-template"}, "o": {"type": "string", "format": "iri"}, "p": {"type": "string", "format": "idn-email"}, "q": {"type": "string", "format": "url"}, "r": {"type": "string", "format": "textarea"}, "s": {"type": "number", "format": "double"}, "t": {"type": "string", "format": "utc-millisec"}, "u": {"type": "string", "format": "ip-address"}, "v": {"type": "string", "format": "host-name"}}},
     {"a": "2024-02-29", "b": "1990-12-31T15:59:50.123-08:00", "c": "joe.bloggs@example.com", "d": "https://example.com/a?b=c#d", "e": "2EB8AA08-AA98-11EA-B4AA-73B441D16380", "f": "192.168.0.1", "g": "www.example.com", "h": "08:30:06Z"}, {"i": 5, "j": "aGk=", "k": "^[a-z]+$", "l": "#ff0000", "m": "123", "n": "http://a/{x}", "o": "http://a/b", "p": "a@b.c", "q": "x", "r": "y", "s": 1.5, "t": "0", "u": "1.2.3.4", "v": "a.b"})
case("nullable types, annotations", {"$schema": D20, "$comment": "c", "title": "t", "type": "object", "properties": {"a": {"type": ["string", "null"], "default": None, "examples": ["x"], "readOnly": True, "x-order": 1, "deprecated": True}, "b": {"oneOf": [{"type": "null"}, {"type": "integer", "title": "int"}]}, "c": {"anyOf": [{"type": "string", "contentMediaType": "application/json"}, {"type": "null"}], "nullable": True}}, "required": ["a"]}, {"a": None, "b": None, "c": None}, {"a": "x", "b": 3, "c": "{}"})
case("tree", {"$schema": D20, "$id": "https://example.com/tree", "$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {"value": {"type": ["number", "string"]}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}, "required": ["value"], "additionalProperties": False}}}, {"value": 1, "children": [{"value": "x", "children": []}, {"value": 2}]}, {"children": [], "value": 0})
case("expression, mutually recursive", {"definitions": {"expr": {"oneOf": [{"type": "number"}, {"$ref": "#/definitions/binary"}, {"$ref": "#/definitions/call"}]}, "binary": {"type": "object", "properties": {"op": {"enum": ["+", "-", "*", "/"]}, "left": {"$ref": "#/definitions/expr"}, "right": {"$ref": "#/definitions/expr"}}, "required": ["op", "left", "right"], "additionalProperties": False}, "call": {"type": "object", "properties": {"fn": STRING, "args": {"type": "array", "items": {"$ref": "#/definitions/expr"}}}, "required": ["fn", "args"], "additionalProperties": False}}, "$ref": "#/definitions/expr"}, {"op": "+", "left": 1, "right": {"fn": "f", "args": [1, {"op": "*", "left": 2, "right": 3}]}}, 5.5)
case("inheritance by allOf", {"$defs": {"base": {"type": "object", "properties": {"id": {"type": "integer"}, "kind": STRING}, "required": ["id", "kind"]}, "dog": {"allOf": [{"$ref": "#/$defs/base"}, {"type": "object", "properties": {"kind": {"const": "dog"}, "bark": {"type": "boolean"}}, "required": ["bark"]}]}, "cat": {"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer", "maximum": 9}}}]}}, "type": "array", "items": {"oneOf": [{"$ref": "#/$defs/dog"}, {"$ref": "#/$defs/cat"}]}}, [{"id": 1, "kind": "dog", "bark": True}, {"kind": "cat", "id": 2, "lives": 9, "x": 1}], [])
case("overlapping oneOf of closed objects", {"oneOf": [{"type": "object", "properties": {"a": STRING, "b": {"type": "integer"}}, "additionalProperties": False}, {"type": "object", "properties": {"a": STRING, "c": {"type": "integer"}}, "additionalProperties": False}]}, {"b": 1}, {"a": "x", "c": 2}, {"c": 1})
case("oneOf of required groups", {"type": "object", "properties": {"file": STRING, "url": {"type": "string", "format": "uri"}, "inline": {"type": "object"}}, "oneOf": [{"required": ["file"]}, {"required": ["url"]}, {"required": ["inline"]}], "additionalProperties": False}, {"file": "x"}, {"url": "http://a.b"}, {"inline": {"z": []}})
case("oneOf string or pattern", {"oneOf": [{"type": "string", "enum": ["auto", "none"]}, {"type": "string", "pattern": "^\\d+(px|em|%)$"}, {"type": "integer", "minimum": 0}]}, "auto", "12px", 7)
case("oneOf with map", {"oneOf": [{"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1}, {"type": "object", "properties": {"name": STRING}, "required": ["name"], "additionalProperties": False}]}, {"x": 1}, {"name": "y"})
case("anyOf required", {"type": "object", "properties": {"email": {"type": "string", "format": "email"}, "phone": STRING}, "anyOf": [{"required": ["email"]}, {"required": ["phone"]}]}, {"email": "a@b.de"}, {"phone": "1", "x": 1}, {"phone": "", "email": "q@r.s"})
case("if on a const", {"type": "object", "properties": {"country": {"enum": ["US", "NL", "CA"]}, "postal": STRING}, "required": ["country"], "allOf": [{"if": {"properties": {"country": {"const": "US"}}}, "then": {"properties": {"postal": {"pattern": "^\\d{5}(-\\d{4})?$"}}}}, {"if": {"properties": {"country": {"const": "CA"}}}, "then": {"properties": {"postal": {"pattern": "^[A-Z]\\d[A-Z] \\d[A-Z]\\d$"}}}}, {"if": {"properties": {"country": {"const": "NL"}}, "required": ["country"]}, "then": {"properties": {"postal": {"pattern": "^\\d{4} [A-Z]{2}$"}}, "required": ["postal"]}}]}, {"country": "US", "postal": "12345"}, {"postal": "1234 AB", "country": "NL"}, {"country": "CA"})
case("a dozen ifs", {"$schema": D7, "type": "object", "properties": {"type": {"type": "string", "enum": ["t%d" % i for i in range(12)]}, "value": {}}, "required": ["type"], "allOf": [{"if": {"properties": {"type": {"const": "t%d" % i}}, "required": ["type"]}, "then": {"properties": {"value": {"type": ["string", "integer", "boolean", "null"][i % 4]}}, "required": ["value"] if i % 3 == 0 else []}} for i in range(12)]}, {"type": "t0", "value": "x"}, {"value": 1, "type": "t5"}, {"type": "t2"})
case("if then else", {"type": "object", "properties": {"member": {"type": "boolean"}, "number": STRING, "guest": STRING}, "if": {"properties": {"member": {"const": True}}, "required": ["member"]}, "then": {"required": ["number"]}, "else": {"required": ["guest"], "not": {"required": ["number"]}}}, {"member": True, "number": "1"}, {"member": False, "guest": "g"}, {"guest": "h"})
case("dependencies", {"$schema": D7, "type": "object", "properties": {"credit_card": {"type": "number"}, "billing": STRING, "kind": STRING}, "dependencies": {"credit_card": ["billing"], "kind": {"properties": {"billing": {"minLength": 2}}, "required": ["extra"]}}}, {"credit_card": 5, "billing": "x"}, {"kind": "a", "extra": 1, "billing": "yz"}, {})
case("dependentRequired and dependentSchemas", {"$schema": D20, "type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"b": {"properties": {"c": {"type": "integer"}}, "required": ["c"]}}}, {"a": 1, "b": 2, "c": 3}, {"c": "x"})
case("not an enum", {"type": "object", "properties": {"name": {"type": "string", "not": {"enum": ["root", "admin"]}, "minLength": 1}, "port": {"type": "integer", "not": {"const": 22}, "minimum": 1, "maximum": 65535}, "other": {"not": {"type": "null"}}, "key": {"type": "string", "not": {"pattern": "^\\s|\\s$"}}}, "additionalProperties": False}, {"name": "roots", "port": 80, "other": 0, "key": "a b"}, {"name": "x"})
case("not anyOf required", {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "not": {"anyOf": [{"required": ["a", "b"]}, {"required": ["b", "c"]}]}}, {"a": 1, "c": 2}, {"b": 1}, {})
case("large enum", {"type": "object", "properties": {"code": {"type": "string", "enum": ["C%03d" % (7 * i % 1000) for i in range(300)]}, "n": {"enum": list(range(0, 200, 3))}}, "required": ["code"]}, {"code": "C007", "n": 9}, {"code": "C000"})
case("numbers", {"type": "object", "properties": {"percent": {"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01}, "even": {"type": "integer", "multipleOf": 2}, "ratio": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "temp": {"type": "number", "minimum": -273.15}, "big": {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991}, "lat": {"type": "number", "minimum": -90, "maximum": 90}, "byte": {"type": "integer", "minimum": 0, "maximum": 255}}}, {"percent": 99.99, "even": -4, "ratio": 0.001, "temp": -273.15, "big": 9007199254740991}, {"lat": -89.999, "byte": 255, "percent": 0}, {"ratio": 1e-07, "temp": 1e+20, "lat": -1.5e-06})
case("arrays", {"type": "object", "properties": {"pair": {"type": "array", "items": [{"type": "string"}, {"type": "number"}], "additionalItems": False, "minItems": 2}, "few": {"type": "array", "maxItems": 3, "items": {"type": "boolean"}}, "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}, "minItems": 1}, "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True}, "days": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 6}, "uniqueItems": True, "minItems": 1}}, "$schema": D7}, {"pair": ["x", 1], "few": [True, False, True], "matrix": [[1, 2, 3]]}, {"tags": ["c", "a"], "days": [0, 6, 3]})
case("contains", {"$schema": D20, "type": "array", "items": {"type": ["string", "integer"]}, "contains": {"type": "integer", "minimum": 5}, "minContains": 1, "maxContains": 2, "maxItems": 5}, ["a", 7], [5, 5, 1])
case("prefixItems", {"$schema": D20, "type": "array", "prefixItems": [{"type": "number"}, STRING, {"enum": ["Street", "Avenue"]}], "items": False, "minItems": 1}, [1600, "Penn", "Avenue"], [5])
case("unevaluated properties", {"$schema": D20, "type": "object", "allOf": [{"$ref": "#/$defs/base"}], "properties": {"extra": {"type": "integer"}}, "required": ["extra"], "unevaluatedProperties": False, "$defs": {"base": {"type": "object", "properties": {"name": STRING, "id": {"type": "integer"}}, "required": ["name"]}}}, {"name": "x", "extra": 1}, {"id": 5, "extra": 2, "name": ""})
case("unevaluated with anyOf", {"$schema": D20, "type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "anyOf": [{"properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}, "required": ["kind"]}, {"properties": {"kind": {"const": "b"}, "y": STRING}, "required": ["kind"]}], "unevaluatedProperties": False}, {"kind": "a", "x": 1}, {"y": "q", "kind": "b"})
case("JSON-RPC", {"$schema": D7, "oneOf": [{"type": "object", "required": ["jsonrpc", "method"], "properties": {"jsonrpc": {"const": "2.0"}, "method": STRING, "params": {"type": ["array", "object"]}, "id": {"type": ["string", "integer", "null"]}}, "additionalProperties": False}, {"type": "object", "required": ["jsonrpc", "id"], "properties": {"jsonrpc": {"const": "2.0"}, "id": {"type": ["string", "integer", "null"]}, "result": {}, "error": {"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "integer"}, "message": STRING, "data": {}}, "additionalProperties": False}}, "oneOf": [{"required": ["result"]}, {"required": ["error"]}], "additionalProperties": False}]}, {"jsonrpc": "2.0", "method": "m", "params": [1], "id": 1}, {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "p"}}, {"jsonrpc": "2.0", "id": "a", "result": {}})
case("Vega-like", {"$schema": D7, "definitions": {"Field": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/Repeat"}]}, "Repeat": {"type": "object", "additionalProperties": False, "properties": {"repeat": {"enum": ["row", "column"], "type": "string"}}, "required": ["repeat"]}, "Type": {"enum": ["quantitative", "ordinal", "nominal"], "type": "string"}, "Scale": {"type": "object", "additionalProperties": False, "properties": {"domain": {"anyOf": [{"items": {"anyOf": [{"type": "null"}, {"type": "string"}, {"type": "number"}, {"type": "boolean"}]}, "type": "array"}, {"enum": ["unaggregated"]}]}, "zero": {"type": "boolean"}}}, "Channel": {"type": "object", "additionalProperties": False, "properties": {"field": {"$ref": "#/definitions/Field"}, "type": {"$ref": "#/definitions/Type"}, "scale": {"anyOf": [{"$ref": "#/definitions/Scale"}, {"type": "null"}]}, "bin": {"anyOf": [{"type": "boolean"}, {"type": "object", "additionalProperties": False, "properties": {"maxbins": {"type": "number", "minimum": 2}, "step": {"type": "number"}}}, {"type": "null"}]}}}, "Spec": {"anyOf": [{"type": "object", "additionalProperties": False, "required": ["mark"], "properties": {"mark": {"anyOf": [{"enum": ["bar", "line", "point"]}, {"type": "object", "additionalProperties": False, "required": ["type"], "properties": {"type": {"enum": ["bar", "line", "point"]}, "opacity": {"type": "number", "minimum": 0, "maximum": 1}}}]}, "encoding": {"type": "object", "additionalProperties": False, "properties": {"x": {"$ref": "#/definitions/Channel"}, "y": {"$ref": "#/definitions/Channel"}}}}}, {"type": "object", "additionalProperties": False, "required": ["layer"], "properties": {"layer": {"type": "array", "items": {"$ref": "#/definitions/Spec"}}}}]}}, "$ref": "#/definitions/Spec"}, {"mark": "bar", "encoding": {"x": {"field": "a", "type": "ordinal", "scale": {"domain": [None, 1]}}, "y": {"field": {"repeat": "row"}, "bin": {"maxbins": 10}}}}, {"layer": [{"mark": {"type": "line", "opacity": 0.5}}, {"layer": []}]})
case("Avro-like", {"$schema": D6, "definitions": {"avroSchema": {"oneOf": [{"$ref": "#/definitions/types"}]}, "types": {"oneOf": [{"$ref": "#/definitions/primitiveType"}, {"$ref": "#/definitions/record"}, {"$ref": "#/definitions/array"}, {"$ref": "#/definitions/union"}]}, "primitiveType": {"oneOf": [{"type": "string", "enum": ["null", "boolean", "int", "string"]}, {"type": "object", "properties": {"type": {"type": "string", "enum": ["null", "boolean", "int", "string"]}}, "required": ["type"]}]}, "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}, "record": {"type": "object", "required": ["type", "name", "fields"], "properties": {"type": {"type": "string", "enum": ["record"]}, "name": {"$ref": "#/definitions/name"}, "fields": {"type": "array", "items": {"type": "object", "required": ["name", "type"], "properties": {"name": {"$ref": "#/definitions/name"}, "type": {"$ref": "#/definitions/types"}, "default": {}}}}}}, "array": {"type": "object", "required": ["type", "items"], "properties": {"type": {"enum": ["array"]}, "items": {"$ref": "#/definitions/types"}}}, "union": {"type": "array", "items": {"$ref": "#/definitions/avroSchema"}, "minItems": 1}}, "$ref": "#/definitions/avroSchema"}, {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}, {"name": "b", "type": ["null", {"type": "array", "items": "string"}]}]}, "int", ["null", "int"])
case("Snowplow-like", {"$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#", "description": "event", "self": {"vendor": "com.acme", "name": "event", "format": "jsonschema", "version": "1-0-0"}, "type": "object", "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": ["string", "null"], "maxLength": 255}, "count": {"type": ["integer", "null"], "minimum": 0, "maximum": 32767}, "ts": {"type": ["string", "null"], "format": "date-time"}, "url": {"type": ["string", "null"], "format": "uri", "maxLength": 4096}}, "required": ["id"], "additionalProperties": False, "minProperties": 1}, {"id": "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "name": None, "count": 32767, "ts": "2020-01-01T00:00:00Z", "url": "http://a.de/"}, {"id": "2eb8aa08-aa98-11ea-b4aa-73b441d16380"})
case("article, media", {"$schema": "http://json-schema.org/draft-05/schema#", "id": "https://example.com/ans/story.json", "type": "object", "definitions": {"trait_id": {"type": "string", "maxLength": 128}, "image": {"type": "object", "properties": {"type": {"type": "string", "enum": ["image"]}, "width": {"type": "integer"}, "caption": STRING}, "required": ["type"], "additionalProperties": False}, "text": {"type": "object", "properties": {"type": {"enum": ["text"]}, "content": STRING, "_id": {"$ref": "#/definitions/trait_id"}}, "required": ["type", "content"], "additionalProperties": False}, "list": {"type": "object", "properties": {"type": {"enum": ["list"]}, "items": {"type": "array", "items": {"anyOf": [{"$ref": "#/definitions/text"}, {"$ref": "#/definitions/list"}]}}}, "required": ["type", "items"], "additionalProperties": False}}, "properties": {"version": {"type": "string", "enum": ["0.5.8"]}, "content_elements": {"type": "array", "items": {"oneOf": [{"$ref": "#/definitions/image"}, {"$ref": "#/definitions/text"}, {"$ref": "#/definitions/list"}]}}, "canonical_url": {"type": "string", "format": "uri"}, "additional": {"type": "object", "additionalProperties": {"type": "object"}}}, "required": ["version"], "additionalProperties": False}, {"version": "0.5.8", "content_elements": [{"type": "image", "width": 1}, {"type": "list", "items": [{"type": "text", "content": "c"}, {"type": "list", "items": []}]}], "additional": {"a": {}}})
case("settings, patterns of keys", {"type": "object", "patternProperties": {"^[a-z]+\\.[a-z]+$": {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}, "^#.*$": {"type": "string"}, "^\\[.*\\]$": {"type": "object", "additionalProperties": True}}, "additionalProperties": {"type": "array"}}, {"a.b": 1, "#c": "x", "[md]": {"q": 1}, "other": []})
case("patterns that overlap", {"type": "object", "properties": {"ab": {"type": "integer"}}, "patternProperties": {"^a": {"minimum": 0}, "b$": {"maximum": 10}}, "additionalProperties": False}, {"ab": 5, "ax": 20, "xb": -3}, {"axb": 10})
case("ref with siblings", {"$schema": D20, "$defs": {"s": {"type": "string", "maxLength": 5}}, "properties": {"a": {"$ref": "#/$defs/s", "minLength": 2, "description": "d"}, "b": {"allOf": [{"$ref": "#/$defs/s"}], "default": "x"}}}, {"a": "abc", "b": ""}, {})
case("ref with siblings, no draft named", {"definitions": {"s": {"type": "string", "maxLength": 5}}, "properties": {"a": {"$ref": "#/definitions/s", "minLength": 2}, "b": {"$ref": "#/definitions/s", "description": "q", "title": "t"}}}, {"a": "abc", "b": ""}, {})
case("ref with siblings, draft 7", {"$schema": D7, "definitions": {"s": {"type": "string", "maxLength": 5}}, "properties": {"a": {"$ref": "#/definitions/s", "minLength": 2}}}, {"a": "a"}, {})
case("refs into properties and by anchor", {"$schema": D20, "properties": {"billing": {"type": "object", "properties": {"city": STRING}, "required": ["city"]}, "shipping": {"$ref": "#/properties/billing"}, "code": {"$ref": "#code"}, "pct": {"$ref": "#/$defs/a%20b"}, "sl": {"$ref": "#/$defs/c~1d"}}, "$defs": {"x": {"$anchor": "code", "type": "integer"}, "a b": {"type": "boolean"}, "c/d": {"type": "null"}}}, {"billing": {"city": "x"}, "shipping": {"city": "y"}, "code": 1, "pct": True, "sl": None})
case("any values, free objects", {"type": "object", "properties": {"data": {}, "meta": True, "list": {"type": "array"}, "obj": {"type": "object"}}, "required": ["data"]}, {"data": [1, {"a": None}], "meta": "x", "list": [[]], "obj": {"q": 1.5}}, {"data": None, "zzz": 3})
case("renovate-like", {"$schema": D4, "type": "object", "properties": {"extends": {"oneOf": [{"type": "array", "items": STRING}, STRING]}, "schedule": {"oneOf": [{"type": "array", "items": STRING}, STRING], "default": ["at any time"]}, "prHourlyLimit": {"type": "integer", "default": 2}, "packageRules": {"type": "array", "items": {"allOf": [{"type": "object", "properties": {"matchPackageNames": {"oneOf": [STRINGS, STRING]}, "enabled": {"type": "boolean"}}}]}}, "automerge": {"type": "boolean"}}}, {"extends": ["config:base"], "packageRules": [{"matchPackageNames": "x", "enabled": False}], "prHourlyLimit": 0}, {})
case("CSS-like values", {"type": "object", "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^-?\\d+(\\.\\d+)?(px|rem|em|%|vh)$"}, {"type": "string", "enum": ["inherit", "initial", "unset"]}]}}, {"width": "10px", "margin": -5, "color": "inherit"})
case("MCP-like content", {"$schema": D20, "$defs": {"annotations": {"type": "object", "properties": {"audience": {"type": "array", "items": {"enum": ["user", "assistant"]}}, "priority": {"type": "number", "minimum": 0, "maximum": 1}}}, "text": {"type": "object", "properties": {"type": {"const": "text", "type": "string"}, "text": STRING, "annotations": {"$ref": "#/$defs/annotations"}}, "required": ["text", "type"]}, "image": {"type": "object", "properties": {"type": {"const": "image", "type": "string"}, "data": {"type": "string", "format": "byte"}, "mimeType": STRING}, "required": ["data", "mimeType", "type"]}}, "type": "object", "properties": {"content": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/text"}, {"$ref": "#/$defs/image"}]}}, "isError": {"type": "boolean"}, "_meta": {"type": "object", "additionalProperties": {}}}, "required": ["content"]}, {"content": [{"type": "text", "text": "x", "annotations": {"audience": ["user"], "priority": 0.5}}, {"type": "image", "data": "aGk=", "mimeType": "image/png"}], "_meta": {"a": 1}})
case("pydantic", {"$defs": {"Address": {"properties": {"street": {"title": "Street", "type": "string"}, "zip": {"anyOf": [{"type": "string", "maxLength": 10}, {"type": "null"}], "default": None, "title": "Zip"}}, "required": ["street"], "title": "Address", "type": "object"}, "Role": {"enum": ["admin", "user"], "title": "Role", "type": "string"}}, "properties": {"name": {"maxLength": 50, "minLength": 1, "title": "Name", "type": "string"}, "age": {"exclusiveMinimum": 0, "maximum": 130, "title": "Age", "type": "integer"}, "roles": {"items": {"$ref": "#/$defs/Role"}, "title": "Roles", "type": "array"}, "address": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]}, "scores": {"additionalProperties": {"type": "number"}, "title": "Scores", "type": "object"}, "point": {"maxItems": 2, "minItems": 2, "prefixItems": [{"type": "integer"}, {"type": "integer"}], "title": "Point", "type": "array"}}, "required": ["name", "age", "address"], "title": "User", "type": "object"}, {"name": "A", "age": 130, "roles": ["admin"], "address": {"street": "s", "zip": None}, "scores": {"a": 1.5}, "point": [1, 2]}, {"age": 1, "name": "é", "address": None})
case("zod, strict and passthrough", {"$schema": D7, "type": "object", "properties": {"status": {"type": "string", "enum": ["ok", "error"]}, "items": {"type": "array", "items": {"anyOf": [{"type": "object", "properties": {"t": {"type": "string", "const": "a"}, "v": {"type": "number"}}, "required": ["t", "v"], "additionalProperties": False}, {"type": "object", "properties": {"t": {"type": "string", "const": "b"}, "v": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}}, "required": ["t", "v"], "additionalProperties": False}]}}}, "required": ["status", "items"], "additionalProperties": False}, {"status": "ok", "items": [{"t": "a", "v": 1}, {"v": ["x"], "t": "b"}]}, {"items": [], "status": "error"})
case("structured output: extraction", {"type": "object", "properties": {"invoice_number": {"type": "string", "pattern": "^INV-\\d{4,8}$"}, "date": {"type": "string", "format": "date"}, "total": {"type": "number", "minimum": 0}, "currency": {"enum": ["EUR", "USD", "GBP"]}, "lines": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": "object", "properties": {"description": {"type": "string", "minLength": 1, "maxLength": 200}, "quantity": {"type": "integer", "minimum": 1}, "price": {"type": "number"}}, "required": ["description", "quantity", "price"], "additionalProperties": False}}}, "required": ["invoice_number", "date", "total", "currency", "lines"], "additionalProperties": False}, {"invoice_number": "INV-1234", "date": "2024-01-31", "total": 10.5, "currency": "EUR", "lines": [{"description": "a", "quantity": 1, "price": 10.5}]})
case("matrix of unions", {"type": "array", "items": {"allOf": [{"anyOf": [{"properties": {"a": {"const": i}}, "required": ["a"]} for i in range(6)]}, {"anyOf": [{"properties": {"b": {"const": i}}, "required": ["b"]} for i in range(6)]}, {"type": "object"}]}}, [{"a": 1, "b": 5}, {"b": 0, "a": 0, "c": 1}])
case("big discriminated union", {"oneOf": [{"type": "object", "properties": {"event": {"const": "event%d" % i}, "payload": {"type": "object", "properties": {"n": {"type": "integer", "minimum": i}, "s": STRING}, "required": ["n"]}}, "required": ["event", "payload"]} for i in range(40)]}, {"event": "event3", "payload": {"n": 3}}, {"payload": {"n": 40, "s": ""}, "event": "event39"})
case("draft 4 divisions and any", {"$schema": D4, "type": "object", "properties": {"n": {"type": "number", "multipleOf": 0.5}, "m": {"type": "integer", "multipleOf": 5, "minimum": 10}}, "additionalProperties": {"type": ["array", "string"]}}, {"n": 1.5, "m": 15, "x": []}, {"n": -2})
case("metaschema inside", {"$schema": D7, "type": "object", "properties": {"name": STRING, "parameters": {"$ref": "http://json-schema.org/draft-07/schema#"}}, "required": ["name"]}, {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}, "required": ["a"]}}, {"name": "g", "parameters": True})
case("empty and boolean schemas", {"type": "object", "properties": {"any": True, "never": False, "empty": {}}}, {"any": 1, "empty": None}, {})
case("keys that need escapes", {"type": "object", "properties": {"a\"b": {"type": "integer"}, "tab\t": {"type": "integer"}, "größe": {"type": "integer"}, "\U0001f600": {"type": "integer"}}, "required": ["größe"], "additionalProperties": False}, {"größe": 1, "a\"b": 2, "tab\t": 3, "\U0001f600": 4})
case("constants that are structures", {"properties": {"a": {"const": {"x": [1, {"y": None}], "z": "s"}}, "b": {"enum": [[1, 2], {"k": 1.0}, "t", None, 5]}}}, {"a": {"z": "s", "x": [1, {"y": None}]}, "b": {"k": 1}}, {"b": [1, 2]})
case("long lengths", {"type": "object", "properties": {"a": {"type": "string", "minLength": 3, "maxLength": 65535}, "b": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5000}, "c": {"type": "string", "pattern": "^https://", "maxLength": 4000}, "d": {"type": "array", "items": {"type": "integer"}, "maxItems": 10000}, "e": {"type": "string", "format": "uri", "maxLength": 2083, "minLength": 1}}}, {"a": "abc", "b": "x" * 300, "c": "https://q", "d": list(range(50)), "e": "http://x.y/z"})
case("identity of things", {"$schema": D7, "type": "object", "properties": {"steps": {"type": "array", "items": {"$ref": "#/definitions/step"}}, "vars": {"type": "object", "additionalProperties": {"anyOf": [{"$ref": "#/definitions/scalar"}, {"type": "array", "items": {"$ref": "#/definitions/scalar"}}]}}}, "definitions": {"scalar": {"type": ["string", "number", "boolean", "null"]}, "step": {"anyOf": [{"type": "object", "required": ["script"], "properties": {"script": STRING, "name": STRING}, "additionalProperties": False}, {"type": "object", "required": ["task"], "properties": {"task": {"type": "string", "pattern": "^[^\\s@]+@\\d+$"}, "inputs": {"type": "object"}}, "additionalProperties": False, "firstProperty": ["task"]}, {"type": "object", "required": ["group"], "properties": {"group": STRING, "steps": {"type": "array", "items": {"$ref": "#/definitions/step"}}}, "additionalProperties": False}]}}}, {"steps": [{"script": "x"}, {"group": "g", "steps": [{"task": "T@1", "inputs": {"a": 1}}]}], "vars": {"a": [1, None], "b": "x"}})


def mutants(value, chance):
    """Small changes of one value: another kind, a neighbour, a member more or less."""
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
            for changed in mutants(value[key], chance):
                yield {**value, key: changed}
        yield {**value, "unforeseen": 1}
        yield {**value, "x-unforeseen": "y"}
        yield dict(reversed(value.items()))
        yield []
    elif isinstance(value, list):
        for at in range(len(value)):
            yield value[:at] + value[at + 1:]
            for changed in mutants(value[at], chance):
                yield value[:at] + [changed] + value[at + 1:]
        yield value + value[-1:]
        yield value + [None]
        yield {}
    elif isinstance(value, str):
        yield from (value + "x", value[1:], value.upper(), "", 0, None)
        if value:
            at = chance.randrange(len(value))
            yield value[:at] + chance.choice("0aZ-. é") + value[at + 1:]
    elif isinstance(value, bool) or value is None:
        yield from ("true", 1, not value)
    else:
        yield from (value + 1, -value - 1, value + 0.5, value * 1000, str(value), None)


def strict(known):
    """The package's checks of formats; but of an address of mail it asks for an '@' alone, and draft 3's names are none."""
    import jsonschema
    checker = jsonschema.FormatChecker(())
    checker.checkers = dict(known.checkers)
    for old, new in (("host-name", "hostname"), ("ip-address", "ipv4")):
        if new in known.checkers:
            checker.checkers[old] = known.checkers[new]
    address = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*", re.ASCII)
    checker.checks("email")(lambda text: not isinstance(text, str) or bool(address.fullmatch(text)))
    return checker


def rows(most=30):
    import jsonschema
    checker = {}
    for name, schema, instances in ALL:
        kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
        validator = kind(schema, format_checker=strict(kind.FORMAT_CHECKER))
        chance = random.Random(name)
        every = []
        for instance in instances:
            assert validator.is_valid(instance), (name, instance, [e.message for e in validator.iter_errors(instance)])
            every.append(instance)
        changed = [m for instance in instances for m in mutants(copy.deepcopy(instance), chance)]
        chance.shuffle(changed)
        seen = {json.dumps(e) for e in every}
        for one in changed[:most]:
            if json.dumps(one) not in seen:
                seen.add(json.dumps(one))
                every.append(one)
        yield {"file": "realistic", "group": name, "schema": schema, "tests": [[one, validator.is_valid(one)] for one in every]}


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
