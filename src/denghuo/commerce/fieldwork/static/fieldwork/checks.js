// What can be checked on the phone before a reading is taken: pure functions, tested by tests/browser/test_field_terminal.py.

const number = (text) => {
  const clean = String(text ?? "").trim().replace(/[,，]/g, "");
  return /^\d{1,10}(\.\d{1,4})?$/.test(clean) ? Number(clean) : null;
};

// Days between two ISO dates.
const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

// Answers {errors: [[register, code]], odd: [code], used_kwh, usual_kwh, rolled}. An error stops; something odd needs a reason.
export function judge(stop, values, readDate, limits) {
  const found = { errors: [], odd: [], used_kwh: null, usual_kwh: null, rolled: false };
  const modulus = 10 ** stop.digits;
  for (const { name } of stop.registers) {
    const text = values[name] ?? "";
    const now = number(text);
    if (String(text).trim() === "") found.errors.push([name, "missing"]);
    else if (now === null || (name !== "max_demand" && now >= modulus)) found.errors.push([name, "not_on_display"]);
  }
  if (found.errors.length) return found;
  for (const { name } of stop.registers) {
    const before = number(stop.previous[name]);
    if (before === null || name === "max_demand") continue;
    compare(stop, name, before, number(values[name]), modulus, found);
  }
  usage(stop, values, readDate, limits, found);
  return found;
}

function compare(stop, name, before, now, modulus, found) {
  if (now >= before) return;
  const rolled = before >= modulus * 0.9 && now <= modulus * 0.1;
  if (rolled && name === "total") found.rolled = true;
  add(found.odd, rolled ? "rollover" : "backwards");
}

function usage(stop, values, readDate, limits, found) {
  const before = number(stop.previous.total);
  if (before === null || !stop.previous_date || found.odd.includes("backwards")) return;
  const step = number(values.total) - before + (found.rolled ? 10 ** stop.digits : 0);
  found.used_kwh = Math.round(step * stop.multiplier * 100) / 100;
  const span = days(stop.previous_date, readDate);
  if (stop.daily_kwh === null || span <= 0) return;
  found.usual_kwh = Math.round(stop.daily_kwh * span * 100) / 100;
  const away = Math.abs(found.used_kwh - found.usual_kwh);
  if (found.used_kwh === 0 && found.usual_kwh > limits.jump_floor_kwh) add(found.odd, "zero");
  else if (away > limits.jump_floor_kwh && away > (found.usual_kwh * limits.jump_percent) / 100) add(found.odd, "jump");
}

function add(list, code) {
  if (!list.includes(code)) list.push(code);
}
