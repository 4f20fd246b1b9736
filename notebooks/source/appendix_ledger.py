# %% [markdown] key="title" lang="en"
# # Appendix: the ledger
#
# One set of lecture notes derives the diffusion model of Ho et al. 2020 in 81 numbered equations. Here all of them are executed, and with them five formulas of other notes, A1 to A5. Each stands in the right form, beside a wrong one that its check must reject; where the notes themselves are wrong, the damage is measured.
#
# Chapters 2, 3 and 4 teach these equations and show them with the same numbers. This page is for looking one up, and for those who would rather not believe a formula.
#
# Other languages: [Bahasa Indonesia](../id/appendix_ledger.ipynb) · [한국어](../ko/appendix_ledger.ipynb) · [English](../en/appendix_ledger.ipynb)

# %% [markdown] key="title" lang="id" ref="1eefdca1"
# # Lampiran: buku besar persamaan
#
# Sebuah catatan kuliah menurunkan model difusi Ho et al. 2020 dalam 81 persamaan bernomor. Di sini semuanya dijalankan, ditambah lima rumus dari catatan lain, A1 sampai A5. Masing-masing ditulis dalam bentuk yang benar, didampingi bentuk keliru yang harus ditolak oleh pemeriksaannya; bila catatannya sendiri yang keliru, kerusakannya kita ukur.
#
# Bab 2, 3, dan 4 mengajarkan persamaan-persamaan ini dan menampilkannya dengan nomor yang sama. Halaman ini untuk mencari salah satunya, dan untuk siapa pun yang tidak mau percaya begitu saja pada rumus.
#
# Bahasa lain: [Bahasa Indonesia](../id/appendix_ledger.ipynb) · [한국어](../ko/appendix_ledger.ipynb) · [English](../en/appendix_ledger.ipynb)

# %% [markdown] key="title" lang="ko" ref="1eefdca1"
# # 부록: 수식 장부
#
# 어느 강의 노트는 Ho et al. 2020의 확산 모델을 번호 붙은 식 81개로 유도합니다. 여기서는 그 식을 모두 실행하고, 다른 노트에서 가져온 식 다섯 개, A1부터 A5까지도 함께 실행합니다. 식마다 맞는 형태 옆에, 검사가 반드시 거부해야 하는 틀린 형태를 두었습니다. 노트가 틀린 곳에서는 그 피해를 수로 잽니다.
#
# 이 식들은 2장, 3장, 4장에서 같은 번호로 배웁니다. 이 페이지는 식 하나를 찾아볼 때, 그리고 수식을 덮어놓고 믿고 싶지 않을 때 쓰십시오.
#
# 다른 언어: [Bahasa Indonesia](../id/appendix_ledger.ipynb) · [한국어](../ko/appendix_ledger.ipynb) · [English](../en/appendix_ledger.ipynb)

# %% [markdown] key="how-to-read" lang="en"
# ## How to read an entry
#
# **Commit to an answer:** a program prints that a formula agrees with an exact result. What else would you want to see before you believe that the program checks anything at all?
#
# The cell below runs a single entry, equation (11). Change the number and run it again as often as you like.

# %% [markdown] key="how-to-read" lang="id" ref="de878eb4"
# ## Cara membaca satu entri
#
# **Putuskan dulu:** sebuah program mencetak bahwa suatu rumus cocok dengan hasil eksak. Apa lagi yang ingin kamu lihat sebelum percaya bahwa program itu memang memeriksa sesuatu?
#
# Sel di bawah menjalankan satu entri saja, persamaan (11). Ganti nomornya dan jalankan lagi sesukamu.

# %% [markdown] key="how-to-read" lang="ko" ref="de878eb4"
# ## 항목 하나를 읽는 법
#
# **답을 먼저 정하십시오.** 어떤 프로그램이 수식이 정확한 결과와 맞는다고 출력합니다. 이 프로그램이 정말 무언가를 검사한다고 믿으려면 무엇을 더 보아야 하겠습니까?
#
# 아래 셀은 항목 하나, 식 (11)을 실행합니다. 번호를 바꾸어 얼마든지 다시 실행해 보십시오.

# %% key="one-entry"
from course_lib import ledger

number = 11
result = ledger.run(number)
print(f"{result.right.error:.1e} <= {result.right.tolerance:.1e}", result.right.holds)
print(f"{result.wrong.error:.1e} <= {result.wrong.tolerance:.1e}", result.wrong.holds)
print({name: f"{value:.4f}" for name, value in result.sizes.items()})
ledger.Page([result])

# %% [markdown] key="one-entry-answer" lang="en"
# <details><summary>One answer</summary>
#
# That it can say no. Each check here is one function, called twice: with the right form and with a wrong one. The right form must pass, and the very same function must reject the wrong one.
#
# * **Error** is the largest absolute deviation that the check met, never a sum or a mean in which deviations cancel. **Allowed** is what rounding, and in a few checks the width of a grid, may do. No verdict here hangs on the luck of a draw: each exact answer comes from a closed form, an integral on a grid or automatic differentiation.
# * **An inequality** is tested together with its case of equality: (34), (43) and (54) may be violated nowhere and must be exact for the exact posterior or the perfect model. Where an inequality leaves room, a looser bound is no mistake, and passes. In (36), (40) and (42) both sides are compared with exact values as well.
# * **Rejected, as it is in circulation** means that the wrong form, or the wrong reason, is really printed in the notes. **Rejected, a planted mistake** means that the notes are right here and the mistake is ours.
# * **Erratum** says what the notes print, what is right, and how large the damage is. For (11) the printed form gives the noise at $t=500$ a variance of 0.0100; it is 0.9214.
#
# What a rejection does not show: that every other mistake would be noticed too. The last question of this page is about one that is not.
#
# </details>

# %% [markdown] key="one-entry-answer" lang="id" ref="28acd63c"
# <details><summary>Sebuah jawaban</summary>
#
# Bahwa ia bisa berkata tidak. Setiap pemeriksaan di sini adalah satu fungsi yang dipanggil dua kali: dengan bentuk yang benar dan dengan bentuk yang keliru. Bentuk yang benar harus lolos, dan fungsi yang sama persis harus menolak yang keliru.
#
# * **Galat** adalah simpangan mutlak terbesar yang dijumpai pemeriksaan itu, bukan jumlah atau rata-rata yang membuat simpangan saling menghapus. **Toleransinya** adalah sejauh yang bisa ditimbulkan pembulatan, atau pada beberapa pemeriksaan oleh lebar kisi. Tidak ada putusan di sini yang bergantung pada untung-untungan: setiap jawaban eksak berasal dari bentuk tertutup, integral pada kisi, atau diferensiasi otomatis.
# * **Pertidaksamaan** diuji bersama kasus kesamaannya: (34), (43), dan (54) tidak boleh dilanggar di mana pun dan harus tepat sama untuk posterior yang eksak atau model yang sempurna. Di tempat pertidaksamaan itu memberi ruang, batas yang lebih longgar bukan kekeliruan dan tetap lolos. Pada (36), (40), dan (42), kedua ruasnya juga dibandingkan dengan nilai eksak.
# * **Ditolak, begitulah yang beredar** berarti bentuk atau alasan yang keliru itu memang tercetak di catatannya. **Ditolak, kekeliruan yang sengaja disisipkan** berarti catatannya benar di sini dan kekeliruannya buatan kita.
# * **Ralat** menyebut apa yang tercetak, apa yang benar, dan seberapa besar kerusakannya. Untuk (11), bentuk yang tercetak memberi noise pada $t=500$ varians 0.0100; seharusnya 0.9214.
#
# Yang tidak ditunjukkan oleh sebuah penolakan: bahwa setiap kekeliruan lain juga akan ketahuan. Pertanyaan terakhir di halaman ini menyangkut satu yang lolos.
#
# </details>

# %% [markdown] key="one-entry-answer" lang="ko" ref="28acd63c"
# <details><summary>한 가지 답</summary>
#
# 아니라고 말할 수 있는지를 보아야 합니다. 여기서 검사는 모두 함수 하나이고, 맞는 형태와 틀린 형태로 두 번 부릅니다. 맞는 형태는 통과해야 하고, 똑같은 함수가 틀린 형태는 거부해야 합니다.
#
# * **오차**는 검사가 만난 절대 편차 가운데 가장 큰 것입니다. 편차가 서로 지워지는 합이나 평균이 아닙니다. **허용값**은 반올림이, 몇몇 검사에서는 격자 간격이 만들 수 있는 크기입니다. 운에 따라 달라지는 판정은 없습니다. 정확한 답은 모두 닫힌 형식, 격자 위의 적분, 자동 미분에서 나옵니다.
# * **부등식**은 등호가 서는 경우와 함께 검사합니다. (34), (43), (54)는 어디에서도 어긋나지 않아야 하고, 정확한 사후분포나 완벽한 모델에서는 등호가 서야 합니다. 부등식에 여유가 있는 곳에서는 더 느슨한 한계도 실수가 아니므로 통과합니다. (36), (40), (42)에서는 두 변도 각각 정확한 값과 비교합니다.
# * **거부됨: 실제로 돌아다니는 형태입니다**는 틀린 형태나 틀린 이유가 노트에 정말로 인쇄되어 있다는 뜻입니다. **거부됨: 일부러 심은 실수입니다**는 노트가 맞고, 실수는 우리가 만들었다는 뜻입니다.
# * **바로잡음**은 무엇이 인쇄되어 있는지, 무엇이 맞는지, 피해가 얼마나 큰지를 말합니다. (11)의 인쇄된 형태에서는 $t=500$의 노이즈 분산이 0.0100이지만, 맞는 값은 0.9214입니다.
#
# 거부가 보여 주지 못하는 것도 있습니다. 다른 실수까지 모두 알아챈다는 보장은 없습니다. 이 페이지의 마지막 질문은 알아채지 못하는 실수에 관한 것입니다.
#
# </details>

# %% [markdown] key="forward" lang="en"
# ## Equations 1 to 15: the forward process
#
# From one small step of noise to the single jump that lands in the same place. [Chapter 2](02_forward.ipynb) walks this way.

# %% [markdown] key="forward" lang="id" ref="fb08e4e9"
# ## Persamaan 1 sampai 15: proses maju
#
# Dari satu langkah noise (derau) yang kecil sampai satu lompatan yang mendarat di tempat yang sama. [Bab 2](02_forward.ipynb) menempuh jalan ini.

# %% [markdown] key="forward" lang="ko" ref="fb08e4e9"
# ## 식 1–15: 전방 과정
#
# 노이즈의 작은 한 단계에서, 같은 곳에 단번에 닿는 건너뛰기까지 갑니다. [2장](02_forward.ipynb)이 이 길을 걷습니다.

# %% key="forward-page"
pages = {"forward": ledger.page(*ledger.SECTIONS["forward"])}
pages["forward"]

# %% [markdown] key="reverse" lang="en"
# ## Equations 16 to 19: the model's way back
#
# A product of steps once more, in the other direction, and now with parameters. [Chapter 3](03_elbo.ipynb) begins here.

# %% [markdown] key="reverse" lang="id" ref="0f2a68a5"
# ## Persamaan 16 sampai 19: perjalanan pulang menurut model
#
# Lagi-lagi hasil kali langkah, ke arah sebaliknya, dan sekarang dengan parameter. [Bab 3](03_elbo.ipynb) dimulai di sini.

# %% [markdown] key="reverse" lang="ko" ref="0f2a68a5"
# ## 식 16–19: 모델이 되돌아오는 길
#
# 이번에도 단계들의 곱이지만 방향이 반대이고, 이제 매개변수가 들어갑니다. [3장](03_elbo.ipynb)이 여기서 시작합니다.

# %% key="reverse-page"
pages["reverse"] = ledger.page(*ledger.SECTIONS["reverse"])
pages["reverse"]

# %% [markdown] key="latent" lang="en"
# ## Equations 20 to 40: a latent variable, and a bound
#
# Why $p_\theta(x)$ is out of reach, and what can be computed instead. Two of the reasons that the notes give are wrong although their equations are right: (25) and (28).

# %% [markdown] key="latent" lang="id" ref="7bba1358"
# ## Persamaan 20 sampai 40: variabel laten dan sebuah batas
#
# Mengapa $p_\theta(x)$ tidak terjangkau, dan apa yang bisa dihitung sebagai gantinya. Dua alasan yang diberikan catatannya keliru walaupun persamaannya benar: (25) dan (28).

# %% [markdown] key="latent" lang="ko" ref="7bba1358"
# ## 식 20–40: 잠재 변수와 하한
#
# 왜 $p_\theta(x)$를 계산할 수 없는지, 그 대신 무엇을 계산할 수 있는지 봅니다. 노트의 식은 맞는데 이유가 틀린 곳이 둘 있습니다. (25)와 (28)입니다.

# %% key="latent-page"
pages["latent"] = ledger.page(*ledger.SECTIONS["latent"])
pages["latent"]

# %% [markdown] key="bound" lang="en"
# ## Equations 41 to 65: the bound of a diffusion model
#
# The same bound for a whole chain of latent variables, taken apart into one term a step. [Chapter 3](03_elbo.ipynb) makes one move at a time.
# (The ledger's toy is not the chapter's, so the nats that a misprint costs differ.)

# %% [markdown] key="bound" lang="id" ref="486b4091"
# ## Persamaan 41 sampai 65: batas bawah model difusi
#
# Batas yang sama untuk serangkaian variabel laten, diurai menjadi satu suku per langkah. [Bab 3](03_elbo.ipynb) melakukannya baris demi baris.
# (Contoh kecil di buku besar ini lain dari yang di bab itu, jadi besar kekeliruannya dalam nat pun lain.)

# %% [markdown] key="bound" lang="ko" ref="486b4091"
# ## 식 41–65: 확산 모델의 상한
#
# 연쇄로 이어진 잠재 변수 전체에 같은 하한을 쓰고(음의 부호를 붙이면 상한입니다), 단계마다 항 하나씩으로 나눕니다. [3장](03_elbo.ipynb)에서 한 줄씩 따라갑니다.
# (장부의 작은 예는 그 장의 것과 다르므로, 오식으로 틀어지는 내트 값도 다릅니다.)

# %% key="bound-page"
pages["bound"] = ledger.page(*ledger.SECTIONS["bound"])
pages["bound"]

# %% [markdown] key="loss" lang="en"
# ## Equations 66 to 79: the loss
#
# From a term of the bound to a plain squared error. One and the same misprint, $\bar\alpha_t$ for $\alpha_t$, runs through five of these. [Chapter 4](04_loss.ipynb) shows what it does.

# %% [markdown] key="loss" lang="id" ref="9e8353c3"
# ## Persamaan 66 sampai 79: loss
#
# Dari satu suku batas itu sampai galat kuadrat biasa. Salah cetak yang sama, $\bar\alpha_t$ untuk $\alpha_t$, terulang dalam lima di antaranya. [Bab 4](04_loss.ipynb) menunjukkan akibatnya.

# %% [markdown] key="loss" lang="ko" ref="9e8353c3"
# ## 식 66–79: 손실
#
# 상한의 항 하나에서 평범한 제곱 오차까지 갑니다. $\alpha_t$ 대신 $\bar\alpha_t$를 쓴 똑같은 오식이 이 가운데 다섯 식에서 되풀이됩니다. 그 결과는 [4장](04_loss.ipynb)에서 봅니다.

# %% key="loss-page"
pages["loss"] = ledger.page(*ledger.SECTIONS["loss"])
pages["loss"]

# %% [markdown] key="sampling" lang="en"
# ## Equations 80 and 81: one step back
#
# The step that draws the picture. Both are misprinted in the notes; whoever types them in gets no picture.

# %% [markdown] key="sampling" lang="id" ref="51a8bf13"
# ## Persamaan 80 dan 81: satu langkah mundur
#
# Inilah langkah yang membuat gambar. Keduanya salah cetak di catatan itu; siapa pun yang menyalinnya apa adanya tidak akan mendapat gambar.

# %% [markdown] key="sampling" lang="ko" ref="51a8bf13"
# ## 식 80과 81: 한 단계 되돌아오기
#
# 그림을 그려 내는 단계입니다. 두 식 모두 노트에 틀리게 인쇄되어 있어서, 그대로 옮겨 치면 그림이 나오지 않습니다.

# %% key="sampling-page"
pages["sampling"] = ledger.page(*ledger.SECTIONS["sampling"])
pages["sampling"]

# %% [markdown] key="others" lang="en"
# ## A1 to A5: what other notes say
#
# Five sentences about the loss and the score that are often repeated, as formulas.

# %% [markdown] key="others" lang="id" ref="0f0b7a89"
# ## A1 sampai A5: kata catatan lain
#
# Lima kalimat tentang loss dan skor yang sering diulang, dalam bentuk rumus.

# %% [markdown] key="others" lang="ko" ref="0f0b7a89"
# ## A1–A5: 다른 노트의 말
#
# 손실과 스코어에 대해 자주 되풀이되는 다섯 문장을 수식으로 옮겼습니다.

# %% key="others-page"
pages["others"] = ledger.page(*ledger.SECTIONS["others"])
pages["others"]

# %% [markdown] key="all" lang="en"
# ## All of them in one picture
#
# Each equation has two marks: how far its right form is off (circle) and how far its wrong form is (cross), both divided by what is allowed. The line at 1 is the verdict. **Commit:** will there be a gap between circles and crosses, or a grey zone around the line?

# %% [markdown] key="all" lang="id" ref="dc86a3a0"
# ## Semuanya dalam satu gambar
#
# Setiap persamaan punya dua tanda: seberapa jauh bentuk benarnya meleset (lingkaran) dan seberapa jauh bentuk kelirunya (silang), keduanya dibagi dengan yang diizinkan. Garis 1 adalah putusannya. **Putuskan dulu:** akan adakah celah antara lingkaran dan silang, atau daerah abu-abu di sekitar garis itu?

# %% [markdown] key="all" lang="ko" ref="dc86a3a0"
# ## 한 그림에 모두
#
# 식마다 표시가 두 개 있습니다. 맞는 형태가 얼마나 벗어났는지는 동그라미, 틀린 형태가 얼마나 벗어났는지는 가위표이며, 둘 다 허용값으로 나눈 값입니다. 1을 나타내는 선에서 판정이 갈립니다. **답을 먼저 정하십시오.** 동그라미와 가위표 사이가 비어 있겠습니까, 아니면 선 둘레에 어중간한 것들이 모여 있겠습니까?

# %% key="all-picture"
everything = ledger.Page([result for page in pages.values() for result in page.results])
right = [ledger.ratio(result.right) for result in everything.results]
wrong = [ledger.ratio(result.wrong) for result in everything.results]
assert everything.holds and max(right) < 0.1 and min(wrong) > 1e5
print(everything)
print(f"{max(right):.0e} {min(wrong):.0e}")
ledger.picture(everything)

# %% [markdown] key="all-answer" lang="en"
# <details><summary>Compare</summary>
#
# A wide gap. No right form is off by even a tenth of what is allowed, no wrong form by less than a hundred thousand times that. Moving the line a little either way would change no verdict, which is what a tolerance should be like. The crosses at the upper edge lie far beyond it, or are no number at all.
#
# </details>

# %% [markdown] key="all-answer" lang="id" ref="d36ed871"
# <details><summary>Bandingkan</summary>
#
# Celahnya lebar. Tidak ada bentuk benar yang melesetnya mencapai sepersepuluh dari yang diizinkan, dan tidak ada bentuk keliru yang melesetnya kurang dari seratus ribu kali itu. Garisnya boleh digeser sedikit ke atas atau ke bawah tanpa mengubah satu putusan pun; begitulah semestinya sebuah toleransi. Silang di tepi atas letaknya jauh di luar gambar, atau bahkan bukan bilangan.
#
# </details>

# %% [markdown] key="all-answer" lang="ko" ref="d36ed871"
# <details><summary>비교하기</summary>
#
# 넓게 비어 있습니다. 맞는 형태 가운데 허용값의 십분의 일만큼이라도 벗어난 것은 없고, 틀린 형태 가운데 허용값의 십만 배보다 적게 벗어난 것도 없습니다. 선을 위나 아래로 조금 옮겨도 판정은 하나도 바뀌지 않습니다. 허용값은 그래야 합니다. 위쪽 가장자리의 가위표는 그림을 한참 벗어난 값이거나 아예 수가 아닙니다.
#
# </details>

# %% [markdown] key="closing" lang="en"
# ## A mistake that passes
#
# Equation (6) adds $\sqrt{\beta_t}\,\epsilon_t$. **Commit to an answer:** if we subtract it instead, will the check of (6) reject that? And should it?

# %% [markdown] key="closing" lang="id" ref="6c870ac4"
# ## Kekeliruan yang lolos
#
# Persamaan (6) menambahkan $\sqrt{\beta_t}\,\epsilon_t$. **Putuskan dulu:** kalau kita justru menguranginya, apakah pemeriksaan (6) akan menolak? Dan haruskah ia menolak?

# %% [markdown] key="closing" lang="ko" ref="6c870ac4"
# ## 통과하는 실수
#
# 식 (6)은 $\sqrt{\beta_t}\,\epsilon_t$를 더합니다. **답을 먼저 정하십시오.** 더하지 않고 빼면 (6)의 검사가 거부하겠습니까? 그리고 거부해야 하겠습니까?

# %% key="closing-run"
def minus(x_prev, alpha_t, beta_t, eps):
    return (1 - beta_t) ** 0.5 * x_prev - beta_t**0.5 * eps


def halved(x_prev, alpha_t, beta_t, eps):
    return (1 - beta_t) ** 0.5 * x_prev + 0.5 * beta_t**0.5 * eps


for claim in (minus, halved):
    measured = ledger.check(6).test(claim)
    print(claim.__name__, f"{measured.error:.1e}", measured.holds)

# %% [markdown] key="closing-answer" lang="en"
# <details><summary>One answer</summary>
#
# It passes, and it should. (6) says which law $x_t$ follows, and $\epsilon_t$ is as often positive as negative: with a minus sign $x_t$ has the same density, so for (6) this is no mistake. Halve the noise and the law changes; that is rejected.
#
# It becomes one as soon as the *same* $\epsilon_t$ is used again: (8) and (9) are checked sample by sample, and a network trained with one sign and asked with the other walks the wrong way. What a check guards is exactly what it compares, and no more. Write a check of your own for an equation here, and ask of it what this page asks of each: which mistake would it let through?
#
# </details>
#
# Back to the [welcome chapter](00_welcome.ipynb) and its map.

# %% [markdown] key="closing-answer" lang="id" ref="543817f6"
# <details><summary>Sebuah jawaban</summary>
#
# Ia lolos, dan memang seharusnya. (6) menyatakan distribusi yang diikuti $x_t$, dan $\epsilon_t$ sama seringnya positif dan negatif: dengan tanda minus densitas $x_t$ tetap sama, jadi bagi (6) ini bukan kekeliruan. Kalau noise-nya dikalikan setengah, distribusinya berubah; itu ditolak.
#
# Ia menjadi kekeliruan begitu $\epsilon_t$ yang *sama* dipakai lagi: (8) dan (9) diperiksa sampel demi sampel, dan jaringan yang dilatih dengan satu tanda lalu ditanyai dengan tanda lainnya berjalan ke arah yang salah. Yang dijaga sebuah pemeriksaan persis yang dibandingkannya, tidak lebih. Tulislah pemeriksaanmu sendiri untuk salah satu persamaan di sini, lalu ajukan kepadanya pertanyaan halaman ini: kekeliruan mana yang akan diloloskannya?
#
# </details>
#
# Kembali ke [bab selamat datang](00_welcome.ipynb) dan petanya.

# %% [markdown] key="closing-answer" lang="ko" ref="543817f6"
# <details><summary>한 가지 답</summary>
#
# 통과합니다. 그리고 통과해야 맞습니다. (6)은 $x_t$가 어떤 분포를 따르는지 말하는데, $\epsilon_t$는 양수인 만큼 자주 음수입니다. 부호를 바꾸어도 $x_t$의 밀도는 그대로이므로 (6)에서는 실수가 아닙니다. 노이즈를 절반으로 줄이면 분포가 달라지고, 그것은 거부됩니다.
#
# *같은* $\epsilon_t$를 다시 쓰는 순간에는 실수가 됩니다. (8)과 (9)는 샘플 하나하나를 검사하고, 한 부호로 학습한 신경망에 다른 부호로 물으면 반대쪽으로 걸어갑니다. 검사가 지키는 것은 정확히 그 검사가 비교하는 것이고, 그 이상은 아닙니다. 여기 있는 식 하나를 골라 검사를 직접 써 보고, 이 페이지가 모든 검사에 던지는 질문을 던져 보십시오. 이 검사는 어떤 실수를 통과시키겠습니까?
#
# </details>
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb).
