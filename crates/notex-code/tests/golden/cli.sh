#!/bin/sh
# Search the shop
#
# Looks for a laptop, orders the results,
# and reads what there is.
#
# Needs Notex Inspector. Prints what it read as JSON.
# Reads NOTEX_API_URL and NOTEX_API_KEY, when it is to run on a server instead of on this machine, from the environment.
# NOTEX_PARAM_SHOP may be set: where the shop is
# NOTEX_PARAM_WHAT may be set
# Not in this program: Start: headers and passwords of proxies that are secrets are not in the flow it holds.
set -eu

flow=$(mktemp)
trap 'rm -f "$flow"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cat >"$flow" <<'END_OF_THE_FLOW'
{
  "version": 1,
  "name": "Search the shop",
  "description": "Looks for a laptop, orders the results,\nand reads what there is.",
  "parameters": [
    {
      "name": "shop",
      "kind": "url",
      "default": "http://127.0.0.1:9/",
      "description": "where the shop is"
    },
    {
      "name": "what",
      "kind": "string",
      "default": "Nova \"14\" $HOME `id` {{x}} \\ é </script>"
    },
    {
      "name": "password",
      "kind": "password",
      "secret": true
    },
    {
      "name": "unused",
      "kind": "string"
    }
  ],
  "start": {
    "session_timeout_minutes": 3,
    "viewport_width": 1000,
    "viewport_height": 700,
    "extra_http_headers": {
      "Accept-Language": "en"
    },
    "proxies": [
      {
        "server": "http://proxy:1",
        "type": "external",
        "username": "u"
      }
    ]
  },
  "steps": [
    {
      "name": "Open the shop",
      "call": {
        "type": "goto",
        "url": "{{shop}}search?q=none"
      },
      "retries": 2
    },
    {
      "name": "Fill Search products and press enter",
      "call": {
        "type": "act",
        "deed": "fill",
        "element": {
          "description": "Fill Search products",
          "role": "searchbox",
          "name": "Search products",
          "group": "Search",
          "selectors": [
            {
              "by": "role_name",
              "value": "searchbox \"Search products\""
            },
            {
              "by": "css",
              "value": "form.search > input"
            },
            {
              "by": "xpath",
              "value": "html/body/main/section/form/input"
            }
          ]
        },
        "value": "{{what}}",
        "enter": true
      }
    },
    {
      "name": "Tick In stock",
      "call": {
        "type": "act",
        "deed": "check",
        "element": {
          "description": "In stock",
          "selectors": [
            {
              "by": "css",
              "value": "[name=stock]"
            }
          ]
        },
        "value": "true"
      },
      "deadline_seconds": 20,
      "on_failure": "go_on"
    },
    {
      "name": "Choose Sort by",
      "call": {
        "type": "act",
        "deed": "select",
        "element": {
          "description": "Choose Sort by",
          "selectors": [
            {
              "by": "id",
              "value": "#sort"
            }
          ]
        },
        "value": "Price"
      }
    },
    {
      "name": "Read rows",
      "call": {
        "type": "scrape",
        "only_main_content": true,
        "images": false,
        "links": true,
        "extract": {
          "fields": {
            "heading": "h1",
            "products": {
              "selector": "ul.products > li",
              "list": true,
              "fields": {
                "name": "strong",
                "old": ".old",
                "price": ".price"
              }
            }
          },
          "auto": false,
          "embedded": false
        },
        "response_format": {
          "properties": {
            "products": {
              "items": {
                "properties": {
                  "name": {
                    "type": "string"
                  },
                  "old": {
                    "type": "number"
                  },
                  "price": {
                    "type": "number"
                  }
                },
                "type": "object"
              },
              "type": "array"
            }
          }
        }
      }
    },
    {
      "name": "Read the main content",
      "call": {
        "type": "scrape",
        "only_main_content": true,
        "images": false,
        "links": false,
        "selector": "main"
      }
    },
    {
      "name": "Wait",
      "call": {
        "type": "wait",
        "ms": 100
      }
    },
    {
      "name": "Open a tab",
      "call": {
        "type": "open_tab",
        "url": "{{shop}}deals"
      }
    },
    {
      "name": "Close the tab in front",
      "call": {
        "type": "close_tab"
      }
    }
  ]
}
END_OF_THE_FLOW

"${NOTEX_INSPECTOR:-notex-inspector}" flow run "$flow" --results \
  ${NOTEX_API_URL:+--connection "$NOTEX_API_URL"}
