-- Sends forms that were written to a file beforehand, each once: wrk -s post.lua URL -- FILE
-- A line of the file is the cookies of a browser, a tab, and the form that it sends.
-- What does not lead to the comment (302) is counted, and the first answers of that kind are printed.
local threads = {}
local shown = 0

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(arguments)
  forms, failed, stopped = {}, 0, 0
  local line = 0
  for form in io.lines(arguments[1]) do
    if line % 2 == number then table.insert(forms, form) end
    line = line + 1
  end
  sent = 0
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
end

function request()
  sent = sent + 1
  if sent > #forms then
    stopped = stopped + 1
    return wrk.format("GET", "/healthz")
  end
  local cookies, form = string.match(forms[sent], "^(.-)\t(.*)$")
  headers["Cookie"] = cookies
  return wrk.format("POST", nil, headers, form)
end

function response(status, answer, body)
  if status ~= 302 and stopped == 0 then
    failed = failed + 1
    if shown < 3 then
      shown = shown + 1
      print("bench: answered " .. status .. " " .. string.sub(string.gsub(body, "%s+", " "), 1, 1500))
    end
  end
end

function done(summary, latency, requests)
  local failed, stopped = 0, 0
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("failed")
    stopped = stopped + thread:get("stopped")
  end
  print("bench: failed=" .. failed .. " stopped=" .. stopped)
end
