// How many symptoms are tapped, on the button that goes on.
const place = document.getElementById("picked");
const boxes = [...document.querySelectorAll('#pick input[name="picked"]')];
const show = () => {
  const n = boxes.filter((box) => box.checked).length;
  place.textContent = n ? `${n} ${place.dataset.some}` : place.dataset.none;
};
document.getElementById("pick").addEventListener("change", show);
addEventListener("pageshow", show);
show();
