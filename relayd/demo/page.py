"""The page of the carers' phones, whole: it needs nothing from anywhere else."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>relayd demo: the carers' phones</title>
<style>
  :root { color-scheme: light dark; --bg: #eef0f3; --ink: #1b1f24; --soft: #5a6472;
    --glass: #fff; --edge: #1b1f24; --in: #e7eaee; --ask: #fde8e6; --askink: #a0170b;
    --go: #17703c; --goink: #fff; --mine: #d9f2e2; }
  @media (prefers-color-scheme: dark) { :root { --bg: #14171b; --ink: #eceff3; --soft: #9aa5b3;
    --glass: #1e2228; --edge: #3a424d; --in: #2a3038; --ask: #43211f; --askink: #ffb4ab;
    --go: #2f9e5d; --goink: #04150b; --mine: #1d3a29; } }
  * { box-sizing: border-box }
  body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--bg); color: var(--ink);
    font: 16px/1.45 system-ui, sans-serif; }
  header { max-width: 46rem; margin: 0 auto 1.5rem; text-align: center }
  h1 { font-size: 1.3rem; margin: 0 0 .3rem }
  p { margin: 0 0 .6rem; color: var(--soft) }
  main { display: flex; flex-wrap: wrap; gap: 2rem; justify-content: center }
  section { width: 21rem; max-width: 100%; background: var(--glass);
    border: .55rem solid var(--edge); border-radius: 2rem; min-height: 33rem;
    display: flex; flex-direction: column; overflow: hidden }
  h2 { font-size: 1rem; margin: 0; padding: .7rem 1rem; display: flex;
    justify-content: space-between; border-bottom: 1px solid var(--in) }
  h2 small { font-weight: normal; color: var(--soft) }
  ol { list-style: none; margin: 0; padding: 1rem; display: flex; flex-direction: column;
    gap: .8rem; flex: 1 }
  li { display: flex; flex-direction: column; align-items: flex-start }
  .said { background: var(--in); border-radius: 1.1rem 1.1rem 1.1rem .3rem;
    padding: .6rem .9rem; max-width: 92% }
  .asks .said { background: var(--ask); color: var(--askink); font-weight: 600 }
  .meta { font-size: .78rem; color: var(--soft); margin: .2rem .4rem 0 }
  .keys { display: flex; gap: .5rem; margin-top: .5rem; width: 100% }
  button { font: inherit; border-radius: .8rem; border: 1px solid var(--soft); cursor: pointer;
    background: none; color: inherit; padding: .55rem .8rem }
  .keys .yes { flex: 1; background: var(--go); border-color: var(--go); color: var(--goink);
    font-weight: 700 }
  .mine { align-self: flex-end; background: var(--mine); padding: .4rem .9rem; margin-top: .5rem;
    border-radius: 1.1rem 1.1rem .3rem 1.1rem }
  .none { margin: auto; color: var(--soft); text-align: center; padding: 2rem 1rem }
  .bar { margin-top: .4rem }
  .bar b { color: var(--askink) }
  a { color: inherit }
  #gone { display: none; color: var(--askink); font-weight: 600 }
</style>
<header>
  <h1>The carers' phones</h1>
  <p>Modelled, as are the push server and the SMS gateway behind them. What arrives here was sent
    by the real relayd. Answer for a carer, or wait: Ana does it herself after a few seconds.</p>
  <div class="bar">
    <span id="data" role="status"></span> <button id="switch" type="button"></button>
  </div>
  <p><a href="/relayd">What relayd itself shows of it</a></p>
  <p id="gone" role="alert">The demo has ended; what stands here is the last that was seen.</p>
</header>
<main></main>
<script>
  const main = document.querySelector("main");
  const make = (tag, name, text) => {
    const it = document.createElement(tag);
    if (name) it.className = name;
    if (text) it.textContent = text;
    return it;
  };
  const post = (path) => fetch(path, { method: "POST" }).then(look, look);
  const KEYS = { 1: "1 = I have it", 2: "2 = I cannot" };
  let shown = "";

  function note(phone, one, last) {
    const li = make("li", one.asks ? "asks" : "");
    li.append(make("div", "said", one.body), make("div", "meta", one.at + ", by " + one.by));
    if (one.answered) li.append(make("div", "mine", one.answered));
    if (one.asks && !one.answered && last) {
      const keys = make("div", "keys");
      for (const [key, words] of Object.entries(KEYS)) {
        const button = make("button", key === "1" ? "yes" : "", words);
        button.type = "button";
        button.onclick = () => post("/phones/" + phone.carer + "/" + one.note + "/" + key);
        keys.append(button);
      }
      li.append(keys);
    }
    return li;
  }

  function screen(phone, data) {
    const box = make("section");
    const head = make("h2", "", phone.name);
    head.append(make("small", "", data ? "4G" : "no mobile data"));
    const list = make("ol");
    phone.notes.forEach((one, i) => list.append(note(phone, one, i === phone.notes.length - 1)));
    if (!phone.notes.length) list.append(make("li", "none", "All quiet."));
    box.append(head, list);
    return box;
  }

  function draw(state) {
    const bar = document.getElementById("data");
    bar.replaceChildren("Mobile data is ", make(state.mobile_data ? "span" : "b", "",
      state.mobile_data ? "up" : "out: no push gets through"));
    const flip = document.getElementById("switch");
    flip.textContent = state.mobile_data ? "Cut it" : "Bring it back";
    flip.onclick = () => post("/mobile-data/" + (state.mobile_data ? "off" : "on"));
    main.replaceChildren(...state.phones.map((phone) => screen(phone, state.mobile_data)));
  }

  async function look() {
    const gone = document.getElementById("gone");
    try {
      const text = await (await fetch("/phones", { cache: "no-store" })).text();
      gone.style.display = "none";
      if (text !== shown) draw(JSON.parse(shown = text));
    } catch { gone.style.display = "block"; }
  }
  setInterval(look, 500);
  look();
</script>
</html>
"""
