# %% [markdown] key="title" lang="en"
# # Welcome
#
# **Difusi · 확산 · Diffusion.** A machine that has only ever learnt to remove noise can draw. This course shows how, with nothing hidden: every picture is moved by your own hand, every formula is run and checked against an exact answer, and every exercise tells you *which* mistake was made.
#
# Run one cell at a time with **Shift + Enter**. Wherever bold type asks you for an answer, stop and write it down before you go on. (**Run → Run All Cells** shows everything at once, if you want a first look.) Nothing here needs a graphics card or a network.
#
# Other languages: [Bahasa Indonesia](../id/00_welcome.ipynb) · [한국어](../ko/00_welcome.ipynb) · [English](../en/00_welcome.ipynb)

# %% [markdown] key="title" lang="id" ref="d319307e"
# # Selamat datang
#
# **Difusi · 확산 · Diffusion.** Mesin yang hanya pernah belajar membersihkan noise (derau) ternyata bisa menggambar. Di kursus ini kita melihat caranya tanpa ada yang disembunyikan: setiap gambar kita gerakkan sendiri, setiap rumus dijalankan dan dicocokkan dengan jawaban eksaknya, dan setiap latihan memberi tahu kekeliruan *yang mana* yang terjadi.
#
# Jalankan selnya satu per satu dengan **Shift + Enter**. Setiap kali tulisan tebal meminta jawabanmu, berhentilah dan tulis dulu jawaban itu sebelum melanjutkan. (**Run → Run All Cells** menampilkan semuanya sekaligus, kalau ingin melihat-lihat dulu.) Semua yang ada di sini berjalan tanpa kartu grafis dan tanpa koneksi internet.
#
# Bahasa lain: [Bahasa Indonesia](../id/00_welcome.ipynb) · [한국어](../ko/00_welcome.ipynb) · [English](../en/00_welcome.ipynb)

# %% [markdown] key="title" lang="ko" ref="d319307e"
# # 환영합니다
#
# **Difusi · 확산 · Diffusion.** 노이즈를 지우는 법만 배운 기계가 그림을 그립니다. 이 강의는 그 과정을 하나도 숨기지 않고 보여 드립니다. 그림은 모두 손으로 직접 움직여 보고, 수식은 모두 실행해서 정확한 답과 맞춰 보며, 연습문제는 *어떤* 실수를 했는지 짚어 줍니다.
#
# **Shift + Enter**로 셀을 하나씩 실행하십시오. 굵은 글씨로 답이나 예상을 물으면 잠시 멈추고, 적은 다음 넘어가십시오. (먼저 전체를 훑어보고 싶다면 **Run → Run All Cells**로 한꺼번에 실행해도 됩니다.) 그래픽 카드도 인터넷도 필요하지 않습니다.
#
# 다른 언어: [Bahasa Indonesia](../id/00_welcome.ipynb) · [한국어](../ko/00_welcome.ipynb) · [English](../en/00_welcome.ipynb)

# %% [markdown] key="first-touch" lang="en"
# ## Touch it first
#
# Below is a real handwritten digit from MNIST. Before you move anything, decide: **how far to the right can the slider go before you can no longer tell which digit it is?** There are 1000 timesteps. Note your number.
#
# Then drag the slider, or click it and use the keys: ← and → for one step, Page Up and Page Down for a tenth of the way, Home and End for the ends, Space to play.

# %% [markdown] key="first-touch" lang="id" ref="320b4f46"
# ## Coba dulu
#
# Di bawah ini ada satu angka tulisan tangan asli dari MNIST. Sebelum menggeser apa pun, putuskan dulu: **sejauh mana penggeser bisa dibawa ke kanan sampai kita tidak lagi mengenali angkanya?** Ada 1000 timestep (langkah waktu). Catat tebakanmu.
#
# Sesudah itu geser penggesernya, atau klik lalu pakai papan ketik: ← dan → untuk satu langkah, Page Up dan Page Down untuk sepersepuluh lintasan, Home dan End untuk kedua ujung, Space untuk memutar.

# %% [markdown] key="first-touch" lang="ko" ref="320b4f46"
# ## 먼저 만져 보기
#
# 아래는 MNIST에 들어 있는 진짜 손글씨 숫자입니다. 움직이기 전에 먼저 정해 보십시오. **슬라이더를 오른쪽으로 얼마나 옮기면 어떤 숫자인지 더 이상 알아볼 수 없겠습니까?** 타임스텝은 모두 1000개입니다. 예상한 값을 적어 두십시오.
#
# 그런 다음 슬라이더를 끌거나, 한 번 누른 뒤 키보드를 쓰십시오. ←와 →는 한 단계, Page Up과 Page Down은 전체의 십분의 일, Home과 End는 양 끝, Space는 재생입니다.

# %% key="forward-film"
import torch

from course_lib import data, frames, lang, schedules
from course_lib.widgets import player

digits, labels = data.one_of_each("test")
schedule = schedules.linear()
eps = torch.randn(1, 28, 28, generator=torch.Generator().manual_seed(0))
film = frames.forward_film(digits[2], eps, schedule)
print("x_t", film.tracks["x_t"].shape, "t", film.times[0], "…", film.times[-1])
print([f"{t}: {schedule.alpha_bar[t]**0.5:.3f}" for t in (250, 500, 750, 1000)])
player(film.tracks, times=film.times, alt=lang.text("alt.welcome.forward"))

# %% [markdown] key="first-answer" lang="en"
# <details><summary>Compare with your number</summary>
#
# Was it before the middle? The cell prints how much of the digit's amplitude (how far its pixels lie from mid-grey) is left at four timesteps: 0.724 at $t=250$, but only 0.280 at $t=500$ and 0.058 at $t=750$, while the noise around it has grown to nearly full strength. Much of the slider's right half is wasted on an eye, though not on a trained model. Chapter 2 asks where this curve comes from and whether another would be better.
#
# </details>

# %% [markdown] key="first-answer" lang="id" ref="8b4381f5"
# <details><summary>Bandingkan dengan tebakanmu</summary>
#
# Apakah tebakanmu jatuh sebelum tengah lintasan? Sel di atas mencetak berapa amplitudo angka (jarak pikselnya dari kelabu tengah) yang tersisa pada empat timestep: 0.724 pada $t=250$, tetapi tinggal 0.280 pada $t=500$ dan 0.058 pada $t=750$, sementara noise di sekelilingnya sudah hampir berkekuatan penuh. Bagi mata kita, paruh kanan penggeser sebagian besar sia-sia; bagi model yang terlatih tidak. Bab 2 menanyakan dari mana kurva ini berasal dan apakah ada yang lebih baik.
#
# </details>

# %% [markdown] key="first-answer" lang="ko" ref="8b4381f5"
# <details><summary>적어 둔 값과 비교하기</summary>
#
# 절반에 이르기 전이었습니까? 위의 셀은 타임스텝 네 곳에서 숫자의 진폭(픽셀이 중간 회색에서 떨어진 정도)이 얼마만큼 남았는지 출력합니다. $t=250$에서는 0.724이지만 $t=500$에서는 0.280, $t=750$에서는 0.058뿐이고, 그사이 주위의 노이즈는 거의 최대로 커집니다. 슬라이더의 오른쪽 절반은 우리 눈에는 대부분 쓸모가 없지만, 학습된 모델에는 그렇지 않습니다. 이 곡선이 어디서 왔는지, 더 나은 곡선이 있는지는 2장에서 묻습니다.
#
# </details>

# %% [markdown] key="and-back" lang="en"
# ## And back again
#
# Now the other direction. Ten patches of pure noise go in; a small network, trained on 18000 digits, removes a little noise at a time. It was asked for the digits 0 to 9 in order. **No image was stored and looked up: how much of what you see do you think was decided by the starting noise?**
#
# Three pictures share one slider. Left: the state $x_t$. Middle: what the network believes the finished image to be, $\hat x_0$. Right: the noise it believes it sees, $\hat\epsilon$. (At $t=0$ there is nothing left to ask, and the right picture is plain grey.)

# %% [markdown] key="and-back" lang="id" ref="d6d2ccaa"
# ## Lalu kembali lagi
#
# Sekarang arah sebaliknya. Sepuluh petak noise murni kita masukkan; sebuah jaringan kecil, yang dilatih dengan 18000 angka, membuang sedikit noise pada tiap langkah. Ia diminta membuat angka 0 sampai 9 secara berurutan. **Tidak ada gambar yang disimpan lalu dicari kembali: menurutmu, seberapa banyak dari hasilnya yang ditentukan oleh noise awal?**
#
# Tiga gambar berbagi satu penggeser. Kiri: keadaan $x_t$. Tengah: gambar akhir menurut dugaan jaringan, $\hat x_0$. Kanan: noise yang menurut jaringan ada di sana, $\hat\epsilon$. (Pada $t=0$ tidak ada lagi yang ditanyakan kepada jaringan, jadi gambar kanan kelabu polos.)

# %% [markdown] key="and-back" lang="ko" ref="d6d2ccaa"
# ## 그리고 되돌아오기
#
# 이번에는 반대 방향입니다. 순수 노이즈 열 조각을 넣으면, 숫자 18000장으로 학습한 작은 신경망이 노이즈를 조금씩 걷어 냅니다. 신경망에는 0부터 9까지 차례로 그려 달라고 했습니다. **저장된 그림을 찾아 꺼내는 것이 아닙니다. 결과 가운데 얼마만큼이 처음 노이즈에서 정해졌겠습니까?**
#
# 그림 세 장이 슬라이더 하나를 함께 씁니다. 왼쪽은 상태 $x_t$, 가운데는 신경망이 짐작한 완성 이미지 $\hat x_0$, 오른쪽은 신경망이 보았다고 믿는 노이즈 $\hat\epsilon$입니다. ($t=0$에서는 더 물어볼 것이 없으므로 오른쪽 그림이 그냥 회색입니다.)

# %% key="reverse-film"
from course_lib import checkpoints, guidance, samplers

model = checkpoints.load("digits")
x_T = torch.randn(10, 1, 28, 28, generator=torch.Generator().manual_seed(1))
asked = guidance.guide(model, torch.arange(10), w=0.0)
steps = samplers.sample(asked, samplers.ddim_step, x_T, schedule, samplers.times(schedule.T, 50))
back = frames.film(steps, columns=4)
print("x_T", tuple(x_T.shape), "t", back.times[:3], "…", back.times[-3:])
player(back.tracks, times=back.times, alt=lang.text("alt.welcome.reverse"))

# %% [markdown] key="back-answer" lang="en"
# <details><summary>One answer</summary>
#
# All of it, once the label is given. This sampler is deterministic: the same noise and the same label give the same picture on every run. What the network has learnt is the way from noise to digits; how the digit is slanted and with what stroke is decided by the starting noise alone. Chapters 1 and 7 return to this.
#
# </details>

# %% [markdown] key="back-answer" lang="id" ref="31b582ba"
# <details><summary>Sebuah jawaban</summary>
#
# Seluruhnya, begitu labelnya ditentukan. Sampler yang satu ini deterministik: noise dan label yang sama menghasilkan gambar yang sama setiap kali dijalankan. Yang dipelajari jaringan ialah jalan dari noise menuju angka; semiring apa angkanya dan setebal apa goresannya ditentukan oleh noise awal saja. Bab 1 dan 7 kembali membahas ini.
#
# </details>

# %% [markdown] key="back-answer" lang="ko" ref="31b582ba"
# <details><summary>한 가지 답</summary>
#
# 레이블이 정해지고 나면 전부입니다. 이 샘플러는 결정론적이어서, 같은 노이즈와 같은 레이블을 넣으면 실행할 때마다 같은 그림이 나옵니다. 신경망이 배운 것은 노이즈에서 숫자로 가는 길입니다. 숫자가 얼마나 기울어지고 획이 어떻게 그어질지는 처음 노이즈만으로 정해집니다. 이 이야기는 1장과 7장에서 다시 합니다.
#
# </details>

# %% [markdown] key="how" lang="en"
# ## How a chapter works
#
# 1. **A question comes first.** Write your answer down before you open the fold or run the cell. Even a wrong guess, once written down, makes the right answer stick.
# 2. **Run cells with Shift + Enter.** Code cells are short and shared by all languages; change anything and run again. Your copy is yours: an update never overwrites it.
# 3. **The $t$ on the page is the $t$ in the code.** It runs from 1 to $T=1000$ as in Ho et al. 2020; $t=0$ is the clean image.
# 4. **Exercises** are functions with `...` where your answer goes, or finished ones with mistakes in them, which you find and mend. The cell below checks your function and never stops the notebook.
# 5. **Numbers** are written as the code prints them, with a decimal point and without separators: 0.724, 18000.

# %% [markdown] key="how" lang="id" ref="68a17b16"
# ## Cara belajar satu bab
#
# 1. **Pertanyaan datang lebih dulu.** Tulis jawabanmu sebelum membuka lipatan atau menjalankan sel. Tebakan yang keliru pun, asal sudah diputuskan, membuat jawaban yang benar lebih lama diingat.
# 2. **Jalankan sel dengan Shift + Enter.** Sel kodenya pendek dan sama di semua bahasa; ubah sesukamu lalu jalankan lagi. Salinanmu tetap milikmu: pembaruan tidak pernah menimpanya.
# 3. **$t$ di halaman adalah $t$ di dalam kode.** Nilainya dari 1 sampai $T=1000$ seperti pada Ho et al. 2020; $t=0$ adalah gambar bersih.
# 4. **Latihan** berupa fungsi dengan `...` di tempat jawabanmu, atau fungsi yang sudah lengkap tetapi memuat kesalahan, yang perlu kita temukan dan perbaiki. Sel di bawahnya memeriksa jawaban itu dan tidak pernah menghentikan notebook.
# 5. **Bilangan** ditulis seperti keluaran kodenya, dengan titik desimal dan tanpa pemisah ribuan: 0.724, 18000.

# %% [markdown] key="how" lang="ko" ref="68a17b16"
# ## 한 장을 공부하는 법
#
# 1. **질문이 먼저 나옵니다.** 접힌 답을 펼치거나 셀을 실행하기 전에 자기 답을 적으십시오. 틀리더라도 먼저 정해 본 답이 있어야 옳은 답이 오래 남습니다.
# 2. **Shift + Enter로 셀을 실행합니다.** 코드 셀은 짧고 세 언어가 똑같습니다. 무엇이든 고쳐서 다시 실행해 보십시오. 업데이트를 해도 여러분의 사본은 덮어쓰지 않습니다.
# 3. **본문의 $t$가 곧 코드의 $t$입니다.** Ho et al. 2020을 따라 1부터 $T=1000$까지이며, $t=0$은 깨끗한 이미지입니다.
# 4. **연습문제**는 답을 쓸 자리에 `...`이 있거나, 찾아서 고칠 실수가 든 함수입니다. 바로 아래 셀이 답을 확인하며, 답이 없거나 틀려도 노트북은 멈추지 않습니다.
# 5. **수**는 코드가 출력하는 그대로, 소수점은 찍고 자릿수 쉼표 없이 적습니다. 0.724, 18000과 같습니다.

# %% [markdown] key="try-check" lang="en"
# ### What a check says
#
# Here is a deliberately wrong answer to the first exercise of Chapter 1: it mixes picture and noise by shares that add to one, which feels right. **Before you run it: would the mixture be too bright, too noisy, or too quiet?**

# %% [markdown] key="try-check" lang="id" ref="e712c3fc"
# ### Apa kata sel pemeriksa
#
# Ini jawaban yang sengaja dibuat keliru untuk latihan pertama Bab 1: gambar dan noise dicampur dengan bagian yang berjumlah satu, yang sekilas terasa benar. **Sebelum dijalankan: campurannya akan terlalu terang, terlalu berisik, atau terlalu tenang?**

# %% [markdown] key="try-check" lang="ko" ref="e712c3fc"
# ### 확인 셀이 하는 말
#
# 다음은 1장 첫 연습문제에 일부러 틀리게 쓴 답입니다. 그림과 노이즈를, 두 몫의 합이 하나가 되도록 섞는데, 언뜻 옳아 보입니다. **실행하기 전에 생각해 보십시오. 섞은 결과는 너무 밝겠습니까, 노이즈가 너무 많겠습니까, 아니면 전체가 너무 약하겠습니까?**

# %% key="wrong-on-purpose"
from course_lib.exercises import check


def mix(x_0, eps, share):
    return share * x_0 + (1 - share) * eps


check("intuition.mix", mix)

# %% [markdown] key="wrong-answer" lang="en"
# <details><summary>Answer</summary>
#
# Too quiet. At a share of $0.25$ the weights are $0.25$ and $0.75$; they ought to be $\sqrt{0.25}=0.5$ and $\sqrt{0.75}\approx0.87$. Both are too small: for picture and noise of variance 1 the variance of the mixture is only $0.25^2+0.75^2=0.625$. The check says so, and shows an input for which this answer and the right one differ. Chapter 1 explains where the roots come from.
#
# </details>

# %% [markdown] key="wrong-answer" lang="id" ref="62d079bc"
# <details><summary>Jawaban</summary>
#
# Terlalu tenang. Kalau bagian gambarnya $0.25$, bobot yang terpakai adalah $0.25$ dan $0.75$; seharusnya $\sqrt{0.25}=0.5$ dan $\sqrt{0.75}\approx0.87$. Keduanya terlalu kecil: kalau gambar dan noise masing-masing bervarians 1, varians campurannya hanya $0.25^2+0.75^2=0.625$. Itulah yang dikatakan sel pemeriksa, lengkap dengan contoh masukan yang membuat jawaban kita berbeda dari jawaban yang benar. Asal-usul akarnya dijelaskan di Bab 1.
#
# </details>

# %% [markdown] key="wrong-answer" lang="ko" ref="62d079bc"
# <details><summary>답</summary>
#
# 너무 약합니다. 그림의 몫이 $0.25$일 때 여기서 쓴 가중치는 $0.25$와 $0.75$이지만, 옳은 가중치는 $\sqrt{0.25}=0.5$와 $\sqrt{0.75}\approx0.87$입니다. 둘 다 너무 작습니다. 그림과 노이즈의 분산이 모두 1이라면, 섞은 결과의 분산은 $0.25^2+0.75^2=0.625$밖에 되지 않습니다. 확인 셀은 바로 이 점을 짚고, 쓴 답과 옳은 답이 갈리는 입력도 하나 보여 줍니다. 제곱근이 어디서 오는지는 1장에서 설명합니다.
#
# </details>

# %% [markdown] key="machine" lang="en"
# ## Your machine
#
# The course runs on any laptop and uses a GPU where there is one. The cell prints the device, whether it computes faster in 16 bits, and how long one call of the network takes for 16 digits. For a full check-up, run `course doctor` in a terminal.

# %% [markdown] key="machine" lang="id" ref="765e2166"
# ## Komputer kita
#
# Kursus ini berjalan di laptop apa pun dan memakai GPU bila ada. Sel berikut mencetak perangkatnya, apakah ia lebih cepat menghitung dengan 16 bit, dan berapa lama jaringan menjawab untuk 16 angka. Untuk pemeriksaan lengkap, jalankan `course doctor` di terminal.

# %% [markdown] key="machine" lang="ko" ref="765e2166"
# ## 내 컴퓨터
#
# 이 강의는 어느 노트북 컴퓨터에서나 돌아가며, GPU가 있으면 GPU를 씁니다. 다음 셀은 사용하는 장치, 16비트 계산이 더 빠른지, 숫자 16장에 신경망이 한 번 답하는 데 걸리는 시간을 출력합니다. 전체 점검은 터미널에서 `course doctor`로 하십시오.

# %% key="device-check"
import time

from course_lib import device

where = device.pick("auto")
x_t, t = torch.randn(16, 1, 28, 28, device=where), torch.full((16,), 500, device=where)
model(x_t, t)
start = time.perf_counter()
model(x_t, t).sum().item()
print("torch", torch.__version__, "device", where, "bf16", device.fast_bf16(where))
print(f"{1000 * (time.perf_counter() - start):.0f} ms")

# %% [markdown] key="map" lang="en"
# ## The map
#
# | | Chapter | The question it answers |
# | --- | --- | --- |
# | 1 | [Intuition](01_intuition.ipynb) | Why should removing noise be able to create anything? |
# | 2 | [The forward process](02_forward.ipynb) | What exactly happens to an image on its way to noise? |
# | 3 | [The ELBO](03_elbo.ipynb) | Which quantity does a diffusion model really maximise? |
# | 4 | [The loss](04_loss.ipynb) | Why does it end in a plain squared error, and is mine falling? |
# | 5 | [The U-Net](05_unet.ipynb) | What must a network look like to see noise at every scale? |
# | 6 | [DDPM sampling](06_ddpm.ipynb) | How is the chain walked back, and which steps go wrong? |
# | 7 | [DDIM](07_ddim.ipynb) | How can 50 steps do the work of 1000? |
# | 8 | [Score matching](08_score.ipynb) | What does noise prediction have to do with gradients of a density? |
# | 9 | [Classifier-free guidance](09_guidance.ipynb) | How does a wish steer the picture, and at what price? |
# | 10 | [Beyond](10_beyond.ipynb) | Latent diffusion, inpainting, flow matching, one-step models. |
#
# The appendix, [the ledger](appendix_ledger.ipynb), executes all 81 equations of one derivation of diffusion models, and shows for each that its check can fail.

# %% [markdown] key="map" lang="id" ref="f8dd9e7a"
# ## Petanya
#
# | | Bab | Pertanyaan yang dijawabnya |
# | --- | --- | --- |
# | 1 | [Intuisi](01_intuition.ipynb) | Mengapa membersihkan noise bisa menciptakan sesuatu? |
# | 2 | [Proses maju](02_forward.ipynb) | Apa persisnya yang terjadi pada gambar dalam perjalanannya menuju noise? |
# | 3 | [ELBO](03_elbo.ipynb) | Besaran apa yang sebenarnya dimaksimalkan model difusi? |
# | 4 | [Loss (fungsi kerugian)](04_loss.ipynb) | Mengapa ujungnya hanya galat kuadrat biasa, dan apakah loss kita turun? |
# | 5 | [U-Net](05_unet.ipynb) | Seperti apa jaringan yang mampu melihat noise pada setiap skala? |
# | 6 | [Pengambilan sampel DDPM](06_ddpm.ipynb) | Bagaimana rantainya ditempuh balik, dan langkah mana yang sering keliru? |
# | 7 | [DDIM](07_ddim.ipynb) | Bagaimana 50 langkah bisa mengerjakan tugas 1000 langkah? |
# | 8 | [Score matching (pencocokan skor)](08_score.ipynb) | Apa hubungan menebak noise dengan gradien suatu densitas? |
# | 9 | [Classifier-free guidance](09_guidance.ipynb) | Bagaimana sebuah keinginan mengarahkan gambar, dan berapa harganya? |
# | 10 | [Selanjutnya](10_beyond.ipynb) | Difusi laten, inpainting, flow matching, model satu langkah. |
#
# Lampirannya, [buku besar persamaan](appendix_ledger.ipynb), menjalankan ke-81 persamaan dari satu penurunan model difusi, dan menunjukkan bahwa setiap pemeriksaannya benar-benar bisa gagal.

# %% [markdown] key="map" lang="ko" ref="f8dd9e7a"
# ## 지도
#
# | | 장 | 답하려는 질문 |
# | --- | --- | --- |
# | 1 | [직관](01_intuition.ipynb) | 노이즈를 지우는 일로 어떻게 무언가를 만들어 낼 수 있습니까? |
# | 2 | [전방 과정](02_forward.ipynb) | 이미지가 노이즈로 가는 동안 정확히 무슨 일이 일어납니까? |
# | 3 | [ELBO](03_elbo.ipynb) | 확산 모델이 정말로 최대화하는 양은 무엇입니까? |
# | 4 | [손실](04_loss.ipynb) | 왜 끝에는 평범한 제곱 오차만 남습니까? 내 손실은 줄고 있습니까? |
# | 5 | [U-Net](05_unet.ipynb) | 모든 크기에서 노이즈를 보려면 신경망은 어떤 모양이어야 합니까? |
# | 6 | [DDPM 샘플링](06_ddpm.ipynb) | 사슬을 어떻게 거슬러 오르고, 어느 걸음에서 잘못됩니까? |
# | 7 | [DDIM](07_ddim.ipynb) | 50걸음이 어떻게 1000걸음의 일을 합니까? |
# | 8 | [스코어 매칭](08_score.ipynb) | 노이즈 예측은 밀도의 기울기와 무슨 관계입니까? |
# | 9 | [분류기 없는 가이던스](09_guidance.ipynb) | 바라는 것에 맞추어 그림을 어떻게 이끌며, 그 대가는 무엇입니까? |
# | 10 | [그 너머](10_beyond.ipynb) | 잠재 확산, 인페인팅, 플로 매칭, 한 걸음 모델. |
#
# 부록인 [수식 장부](appendix_ledger.ipynb)는 확산 모델의 유도 하나에 나오는 식 81개를 모두 실행하고, 검사마다 틀린 식을 정말로 걸러 낸다는 것까지 보여 줍니다.

# %% [markdown] key="progress" lang="en"
# ## Your progress
#
# Every exercise you pass is noted in a file on your own computer, and nowhere else. Run the cell again whenever you like.

# %% [markdown] key="progress" lang="id" ref="3742a75b"
# ## Kemajuanmu
#
# Setiap latihan yang berhasil dicatat dalam sebuah berkas di komputermu sendiri, tidak di tempat lain. Jalankan lagi selnya kapan saja.

# %% [markdown] key="progress" lang="ko" ref="3742a75b"
# ## 나의 진도
#
# 통과한 연습문제는 여러분의 컴퓨터에 있는 파일 하나에만 기록되며, 다른 곳으로 나가지 않습니다. 셀은 언제든 다시 실행해도 됩니다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()

# %% [markdown] key="next" lang="en"
# ## Where to begin
#
# Go on with [Chapter 1, intuition](01_intuition.ipynb). It takes about 45 minutes. Its mathematics is one line with two square roots; exponentials appear only around the last exercise and in one closing example, and both may be skipped on a first reading. If you have met diffusion models before, start with [Chapter 2](02_forward.ipynb): it shows several misprints that are in circulation, each one failing before your eyes.
#
# **Source.** The letters and the counting of $t$ follow Ho, Jain & Abbeel 2020, *Denoising Diffusion Probabilistic Models*. The digits are MNIST's, by LeCun, Cortes & Burges.

# %% [markdown] key="next" lang="id" ref="8faa913d"
# ## Mulai dari mana
#
# Lanjutkan ke [Bab 1, intuisi](01_intuition.ipynb). Perlu sekitar 45 menit. Matematikanya satu baris dengan dua akar kuadrat; eksponen hanya muncul di sekitar latihan terakhir dan dalam satu contoh penutup, dan keduanya boleh dilewati pada pembacaan pertama. Kalau sudah pernah berkenalan dengan model difusi, mulailah dari [Bab 2](02_forward.ipynb): di sana beberapa salah cetak yang beredar luas kita lihat gagal di depan mata, satu per satu.
#
# **Sumber.** Huruf dan cara menghitung $t$ mengikuti Ho, Jain & Abbeel 2020, *Denoising Diffusion Probabilistic Models*. Angka-angkanya dari MNIST, karya LeCun, Cortes & Burges.

# %% [markdown] key="next" lang="ko" ref="8faa913d"
# ## 시작할 곳
#
# [1장, 직관](01_intuition.ipynb)으로 넘어가십시오. 45분쯤 걸립니다. 수학은 제곱근 두 개가 든 식 한 줄이면 됩니다. 지수 함수는 마지막 연습문제 언저리와 끝맺는 예에서만 나오는데, 처음 읽을 때는 둘 다 건너뛰어도 됩니다. 확산 모델을 이미 접해 보았다면 [2장](02_forward.ipynb)부터 시작해도 좋습니다. 널리 퍼진 오식 여러 개가 눈앞에서 하나씩 틀어지는 모습을 볼 수 있습니다.
#
# **출처.** 기호와 $t$를 세는 법은 Ho, Jain & Abbeel 2020, *Denoising Diffusion Probabilistic Models*를 따릅니다. 숫자 그림은 LeCun, Cortes & Burges의 MNIST입니다.
