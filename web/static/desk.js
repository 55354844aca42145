// What pages do beside htmx. Every page works without this file.
"use strict";
