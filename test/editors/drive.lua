-- What somebody does in Neovim with the project of editors.test.ts: looks, repairs, turns a rule off. Ends with 1, and
-- says why, where something does not happen within two minutes.
local function finish(code, text)
  io.stdout:write(text .. '\n')
  vim.cmd(code == 0 and 'qa!' or 'cq')
end

local function rules()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    found[#found + 1] = each.code or each.user_data.lsp.code
  end
  table.sort(found)
  return table.concat(found, ' ')
end

local function await(what, condition)
  if not vim.wait(120000, condition, 20) then finish(1, 'not done: ' .. what .. '; shown: ' .. rules()) end
end

local function shows(expected)
  await('to show "' .. expected .. '"', function() return rules() == expected end)
end

local function choose(line, column, title)
  vim.api.nvim_win_set_cursor(0, { line, column })
  vim.ui.select = function(items, _, on_choice)
    for i, item in ipairs(items) do
      if (item.action or item[2]).title == title then return on_choice(item, i) end
    end
    finish(1, 'not offered: ' .. title)
  end
  vim.lsp.buf.code_action()
end

local function has(file, text)
  await(file .. ' to have "' .. text .. '"', function()
    local buffer = vim.fn.bufnr(file)
    local lines = buffer > 0 and vim.api.nvim_buf_get_lines(buffer, 0, -1, false) or {}
    return table.concat(lines, '\n'):find(text, 1, true) ~= nil
  end)
  vim.cmd('silent wa')
end

vim.schedule(function()
  shows('cudnn-benchmark incomplete-seeding')
  choose(7, 36, 'Set `benchmark` to `False`')
  has('train.py', 'benchmark = False')
  shows('incomplete-seeding')
  choose(8, 8, 'Turn `incomplete-seeding` off in `pyproject.toml`')
  has('pyproject.toml', 'incomplete-seeding = "off"')
  shows('')
  finish(0, 'done')
end)
