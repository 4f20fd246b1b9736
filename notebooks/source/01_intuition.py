# %% [markdown] key="title" lang="en"
# # 1 · Intuition: destroying and restoring
#
# A **diffusion model** learns from a collection of pictures and then draws new ones that could have belonged to it.
# It does so in a roundabout way: pictures are dissolved into noise, little by little, and a neural network practises
# undoing the damage. Given pure noise and enough steps, it "undoes" its way to a picture that never existed.
#
# In this chapter we watch that happen, both ways, on real digits, with a network that has actually been trained. There is little algebra:
# one line of it, used until it feels obvious, and one weighted mean near the end. You need about 45 minutes, no GPU and no network connection.
#
# Keep paper and pencil at hand. Each section asks you for a guess *before* it shows the answer, and a guess counts only once it is written down.

# %% [markdown] key="title" lang="id" ref="8e7af9c3"
# # 1 · Intuisi: merusak dan memulihkan
#
# **Model difusi** belajar dari sekumpulan gambar, lalu membuat gambar baru yang pantas menjadi bagian dari kumpulan itu.
# Jalannya memutar: gambar kita larutkan sedikit demi sedikit ke dalam noise (derau), dan sebuah jaringan saraf berlatih membatalkan kerusakannya.
# Kalau ia diberi noise murni dan cukup banyak langkah, yang ia "pulihkan" adalah gambar yang tidak pernah ada.
#
# Di bab ini kita menyaksikannya pergi dan pulang, pada angka sungguhan, dengan jaringan yang benar-benar sudah dilatih. Aljabarnya sedikit:
# satu baris yang kita pakai sampai terasa wajar, dan satu rata-rata berbobot menjelang akhir. Sediakan waktu sekitar 45 menit; GPU dan internet tidak diperlukan.
#
# Siapkan kertas dan pensil. Setiap bagian meminta tebakan *sebelum* jawabannya tampak, dan tebakan baru dihitung kalau sudah tertulis.

# %% [markdown] key="title" lang="ko" ref="8e7af9c3"
# # 1 · 직관: 망가뜨리기와 되살리기
#
# **확산 모델**은 그림 모음을 보고 배운 다음, 그 모음에 있었을 법한 새 그림을 그립니다.
# 그런데 그 방법이 퍽 에둘러 갑니다. 그림을 조금씩 노이즈 속에 녹여 버리고, 신경망에는 그 손상을 되돌리는 연습을 시킵니다.
# 이렇게 연습한 신경망에 순수 노이즈를 주고 충분히 여러 걸음을 걷게 하면, 손상을 거듭 “되돌린” 끝에 세상에 없던 그림에 이릅니다.
#
# 이 장에서는 진짜 숫자와 실제로 학습한 신경망으로 양쪽 방향을 모두 지켜봅니다. 수식은 거의 나오지 않습니다.
# 딱 한 줄을 당연하게 느껴질 때까지 쓰고, 끝에 가서 가중 평균을 한 번 냅니다. 45분쯤 걸리고, GPU도 네트워크도 필요하지 않습니다.
#
# 종이와 연필을 곁에 두십시오. 절마다 답을 보여 드리기 *전에* 여러분의 예상을 먼저 묻습니다. 종이에 적어야 예상한 것으로 칩니다.

# %% key="imports"
import torch

from course_lib import data, frames, schedules
from course_lib.widgets import player

schedule = schedules.linear()
generator = torch.Generator().manual_seed(0)
x_0, y = data.one_of_each("test")
eps = torch.randn(x_0.shape, generator=generator)
print("x_0", tuple(x_0.shape), f"min {x_0.min():.0f}  max {x_0.max():.0f}")

# %% [markdown] key="first-slide" lang="en"
# ## Watch one dissolve
#
# Ten handwritten digits, 28 by 28 pixels, with $-1$ for black and $+1$ for white. We take the 7.
#
# In chapter 0 you watched a digit disappear. This time the player opens at the other end, $t = 1000$, where there is only noise.
#
# **Your guess first.** Coming back from there towards $t = 0$ (the clean digit), at which $t$ will *you* first be able to tell that it is a 7? Write the number down.
#
# Then move the slider to the left: with the mouse, or click it and use the arrow keys, `Page Down`, `Home` and `End`.

# %% [markdown] key="first-slide" lang="id" ref="141f430a"
# ## Saksikan satu angka larut
#
# Sepuluh angka tulisan tangan, 28 kali 28 piksel, dengan $-1$ untuk hitam dan $+1$ untuk putih. Kita ambil angka 7.
#
# Di Bab 0 kita menyaksikan sebuah angka menghilang. Kali ini pemutarnya mulai dari ujung yang lain, $t = 1000$, tempat yang ada hanya noise.
#
# **Tebak dulu.** Kalau kita mundur dari sana menuju $t = 0$ (angka yang bersih), pada $t$ berapa *kamu* pertama kali bisa mengenali bahwa itu angka 7? Tulis jawabanmu.
#
# Sesudah itu geser penggesernya ke kiri: dengan tetikus, atau klik dulu lalu pakai tombol panah, `Page Down`, `Home`, dan `End`.

# %% [markdown] key="first-slide" lang="ko" ref="141f430a"
# ## 하나가 흩어지는 모습
#
# 손글씨 숫자가 열 장 있습니다. 크기는 28×28픽셀이고, 검은색은 $-1$, 흰색은 $+1$입니다. 그 가운데 7을 고르겠습니다.
#
# 0장에서는 숫자가 사라지는 모습을 보았습니다. 이번에는 반대쪽 끝, 노이즈밖에 없는 $t = 1000$에서 시작합니다.
#
# **먼저 예상해 보십시오.** 여기서 $t = 0$(깨끗한 숫자) 쪽으로 되돌아올 때, *여러분*은 $t$가 얼마일 때 처음으로 7인 줄 알아보겠습니까? 그 값을 적어 두십시오.
#
# 그런 다음 슬라이더를 왼쪽으로 움직이십시오. 마우스로 끌어도 되고, 한 번 누른 뒤 화살표 키나 `Page Down`, `Home`, `End`를 써도 됩니다.

# %% key="dissolve"
film = frames.forward_film(x_0[7], eps[7], schedule)
player(film.tracks, times=film.times, index=1000, alt=lang.text("alt.intuition.dissolve"))

# %% [markdown] key="analogy" lang="en"
# Go to the place where it comes back to you, then back and forth by ten steps: there is no first moment at which the 7 is there.
# Note your $t$ beside your guess. In a few minutes a machine will take the same test.
#
# Nothing clever happened so far. Every one of these 1001 frames is a sum of two things: some of the picture, and some noise.
#
# ## The painting and the ink
#
# Imagine a clear painting; that is our data, $x_0$. Someone lets ink fall on it, drop by drop. Each drop makes it a little more blurred, a little more random.
# After hundreds of drops the painting is gone, and what is left is a blot: **pure noise**, $x_T$.
#
# To ruin a painting like this takes no intelligence at all. Now the other way: lift the drops off again, one at a time, until there is a painting.
# That is hard. One would have to see where each drop lies, and take it away without harming what is underneath.
# A diffusion model is trained to be that expert cleaner.
#
# **Commit:** suppose the cleaner is perfect and starts from a pure blot. What appears? (a) the painting that was ruined; (b) some painting, not necessarily that one; (c) a blurred mixture of all paintings.
#
# <details><summary>Answer</summary>
#
# (b). A pure blot holds no trace of which painting it was, so no cleaner can bring *that* one back. We shall see it happen below, and we shall also meet (c), along the way.
#
# </details>
#
# The analogy is good for a first look and wrong in the details. This is where it breaks:
#
# | ink on a painting | what the mathematics does |
# | --- | --- |
# | a drop lands in one place | at every step, every pixel gets its own Gaussian noise |
# | ink flows into its neighbourhood | no pixel knows its neighbours |
# | ink only piles up | the picture is turned *down* while the noise is turned up |
# | a drop stays a separate thing that one could lift off | the noises add up to one single Gaussian; the separate drops cannot be told apart any more |
# | the cleaner restores the original | the sampler draws *a* picture, one that the training pictures make plausible |
#
# Each line of the right-hand column is something we can run. Let us do that.

# %% [markdown] key="analogy" lang="id" ref="3849c962"
# Pergilah ke tempat angkanya kembali terlihat, lalu mundur dan maju sepuluh langkah: tidak ada satu saat pun yang bisa ditunjuk sebagai saat pertama angka 7 itu ada.
# Catat $t$ yang kamu temukan di samping tebakanmu. Sebentar lagi sebuah mesin menempuh ujian yang sama; kita lihat siapa yang lebih tajam matanya.
#
# Sejauh ini belum ada yang istimewa. Semua 1001 bingkai tadi tidak lain adalah jumlah dua hal: sebagian gambar dan sebagian noise.
#
# ## Lukisan dan tinta
#
# Bayangkan sebuah lukisan yang jernih; itulah data kita, $x_0$. Lalu tinta menetes ke atasnya, setetes demi setetes. Setiap tetes membuatnya sedikit lebih kabur, sedikit lebih acak.
# Setelah ratusan tetes lukisannya lenyap, dan yang tertinggal hanyalah noda: **noise murni**, $x_T$.
#
# Untuk merusak lukisan dengan cara ini tidak perlu kecerdasan sama sekali. Sekarang sebaliknya: angkat lagi tetes demi tetes sampai ada lukisan.
# Ini sulit. Kita harus melihat di mana setiap tetes berada, lalu mengangkatnya tanpa merusak apa yang ada di bawahnya.
# Untuk menjadi pembersih seulung itulah model difusi dilatih.
#
# **Putuskan dulu:** andaikan pembersih itu sempurna dan ia mulai dari noda murni. Apa yang muncul? (a) lukisan yang tadi dirusak; (b) sebuah lukisan, tetapi belum tentu yang tadi; (c) campuran kabur dari semua lukisan.
#
# <details><summary>Jawaban</summary>
#
# (b). Noda murni tidak menyimpan jejak lukisan asalnya, jadi tidak ada pembersih yang sanggup mengembalikan lukisan *yang itu*. Nanti kita lihat sendiri buktinya, dan di tengah jalan kita juga akan berjumpa dengan (c).
#
# </details>
#
# Analogi ini bagus untuk perkenalan, tetapi keliru dalam rinciannya. Di sinilah ia tidak cocok lagi:
#
# | tinta pada lukisan | yang dilakukan matematikanya |
# | --- | --- |
# | setetes tinta jatuh di satu tempat | pada setiap langkah, setiap piksel mendapat noise Gaussian-nya sendiri |
# | tinta merembes ke sekitarnya | tidak ada piksel yang mengenal tetangganya |
# | tinta hanya menumpuk | gambar *diredupkan* sementara noise dikuatkan |
# | setiap tetes tetap terpisah dan bisa diangkat kembali | semua noise menyatu menjadi satu Gaussian; tetes-tetesnya tidak dapat dibedakan lagi |
# | pembersih memulihkan lukisan asli | sampler membuat *sebuah* gambar, yang masuk akal menurut gambar-gambar pelatihan |
#
# Setiap baris di kolom kanan dapat kita jalankan sendiri. Mari kita mulai.

# %% [markdown] key="analogy" lang="ko" ref="3849c962"
# 숫자가 다시 보이는 곳으로 가서 열 칸씩 앞뒤로 오가 보십시오. 7이 나타나는 첫 순간이란 따로 없습니다.
# 예상한 값 옆에 실제로 알아본 $t$도 적어 두십시오. 잠시 뒤에 기계가 같은 시험을 치릅니다.
#
# 여기까지는 특별한 재주를 부리지 않았습니다. 프레임 1001장은 하나같이 두 가지를 더한 것입니다. 그림이 얼마쯤, 노이즈가 얼마쯤 들어 있을 뿐입니다.
#
# ## 그림과 잉크
#
# 선명한 그림이 한 장 있다고 합시다. 이것이 데이터 $x_0$입니다. 그 위에 누군가 잉크를 한 방울씩 떨어뜨립니다. 한 방울이 떨어질 때마다 그림은 조금 더 흐려지고 조금 더 어지러워집니다.
# 수백 방울이 떨어지고 나면 그림은 사라지고 얼룩만 남습니다. 이것이 **순수 노이즈** $x_T$입니다.
#
# 그림을 이렇게 망치는 데에는 아무런 지능도 필요하지 않습니다. 이제 거꾸로 해 봅시다. 잉크를 한 방울씩 다시 걷어 내어 그림이 나타나게 하는 것입니다.
# 이쪽은 어렵습니다. 방울이 저마다 어디에 떨어졌는지 알아보고, 밑에 있는 그림은 다치지 않게 걷어 내야 합니다.
# 확산 모델은 바로 이런 솜씨 좋은 복원가가 되도록 학습합니다.
#
# **먼저 예상해 보십시오.** 완벽한 복원가가 순수한 얼룩에서 시작한다고 합시다. 무엇이 나타나겠습니까? (a) 망가졌던 바로 그 그림, (b) 어떤 그림이기는 하지만 꼭 그 그림은 아닌 것, (c) 모든 그림이 흐릿하게 뒤섞인 것.
#
# <details><summary>답</summary>
#
# (b)입니다. 순수한 얼룩에는 본래 어떤 그림이었는지 아무 흔적도 남아 있지 않으므로, 어떤 복원가도 *바로 그* 그림을 되찾아 올 수 없습니다. 아래에서 그 모습을 직접 보게 되고, 가는 길에 (c)도 만나게 됩니다.
#
# </details>
#
# 이 비유는 처음 감을 잡기에는 좋지만 자세히 보면 틀립니다. 비유가 깨지는 곳은 다음과 같습니다.
#
# | 그림 위의 잉크 | 수학에서 일어나는 일 |
# | --- | --- |
# | 방울은 한곳에 떨어집니다 | 단계마다 모든 픽셀이 저마다 가우스 노이즈를 받습니다 |
# | 잉크는 둘레로 번집니다 | 어떤 픽셀도 이웃을 알지 못합니다 |
# | 잉크는 쌓이기만 합니다 | 노이즈를 키우는 만큼 그림은 *줄입니다* |
# | 방울은 따로따로 남아 있어 걷어 낼 수 있습니다 | 노이즈는 더해져서 가우스 노이즈 하나가 되고, 방울 하나하나는 더 이상 가려낼 수 없습니다 |
# | 복원가는 본래 그림을 되살립니다 | 샘플러는 학습한 그림에 비추어 그럴듯한 *어떤* 그림을 그립니다 |
#
# 오른쪽 칸은 한 줄 한 줄 모두 실행해 볼 수 있습니다. 그럼 해 봅시다.

# %% [markdown] key="mix-task" lang="en"
# ## One line of arithmetic
#
# Choose a **share** between 0 and 1: how much of the result should be picture. The rest is noise, `eps`: for every pixel a number from the standard Gaussian (mean 0, standard deviation 1). Then
#
# $$x_t = \sqrt{\mathrm{share}}\; x_0 + \sqrt{1 - \mathrm{share}}\;\epsilon$$
#
# **Commit:** why the square roots? Suppose picture and noise both have standard deviation 1 and `share` is $0.5$. *Without* the square roots, what is the standard deviation of the mixture: about 1, about $0.7$, or about $0.5$?
#
# **Exercise 1.** Write `mix(x_0, eps, share)`, which returns the formula above. `x_0` and `eps` are tensors of the same shape, `share` is a float from 0 to 1. Use the `eps` you are given; draw nothing.

# %% [markdown] key="mix-task" lang="id" ref="5939c684"
# ## Satu baris hitungan
#
# Pilih **bagian** (*share*) antara 0 dan 1: seberapa banyak gambar yang terkandung dalam hasilnya. Selebihnya adalah noise, `eps`: untuk setiap piksel satu bilangan dari Gaussian baku (rata-rata 0, simpangan baku 1). Campurannya:
#
# $$x_t = \sqrt{\mathrm{share}}\; x_0 + \sqrt{1 - \mathrm{share}}\;\epsilon$$
#
# **Putuskan dulu:** mengapa ada akar kuadrat? Andaikan gambar dan noise sama-sama bersimpangan baku 1 dan `share` bernilai $0.5$. *Tanpa* akar kuadrat, berapa simpangan baku campurannya: kira-kira 1, kira-kira $0.7$, atau kira-kira $0.5$?
#
# **Latihan 1.** Tulis `mix(x_0, eps, share)` yang mengembalikan hasil rumus di atas. `x_0` dan `eps` adalah tensor dengan bentuk yang sama, `share` sebuah float dari 0 sampai 1. Pakai `eps` yang diberikan; jangan membangkitkan noise sendiri.

# %% [markdown] key="mix-task" lang="ko" ref="5939c684"
# ## 산수 한 줄
#
# 0과 1 사이에서 **몫**을 하나 고릅니다. 결과에서 그림이 차지할 몫입니다. 나머지는 노이즈 `eps`가 차지하는데, 픽셀마다 표준 가우스 분포(평균 0, 표준편차 1)에서 뽑은 수가 하나씩 들어 있습니다. 그러면 식은 다음과 같습니다.
#
# $$x_t = \sqrt{\mathrm{share}}\; x_0 + \sqrt{1 - \mathrm{share}}\;\epsilon$$
#
# **먼저 예상해 보십시오.** 제곱근은 왜 붙어 있겠습니까? 그림과 노이즈의 표준편차가 둘 다 1이고 `share`가 $0.5$라고 합시다. 제곱근이 *없다면* 섞은 결과의 표준편차는 1, $0.7$, $0.5$ 가운데 어느 것에 가깝겠습니까?
#
# **연습문제 1.** 위 식의 값을 돌려주는 `mix(x_0, eps, share)`를 작성하십시오. `x_0`과 `eps`는 모양이 같은 텐서이고, `share`는 0에서 1까지의 실수(float)입니다. 노이즈는 새로 뽑지 말고 주어진 `eps`를 쓰십시오.

# %% key="ex-mix" exercise="intuition.mix"
from course_lib.exercises import check, solution


def mix(x_0, eps, share):
    ### BEGIN SOLUTION
    return share**0.5 * x_0 + (1 - share) ** 0.5 * eps
    ### END SOLUTION


# %% key="check-mix" check="intuition.mix"
check("intuition.mix", mix)

# %% [markdown] key="mix-after" lang="en"
# If it says "not attempted", that is fine: everything below uses the course's own functions, so you may come back whenever you like. `solution("intuition.mix")` in a new cell shows ours.
#
# If it passed, see your own function at work. In a new cell, these lines make a film of it, from pure noise to the picture:
#
# ```python
# mine = torch.cat([mix(x_0[7:8], eps[7:8], k / 50) for k in range(51)])
# player({"x_t": frames.to_uint8(mine)})
# ```
#
# Now the question about the square roots, with 100000 pairs of numbers that both have standard deviation 1:

# %% [markdown] key="mix-after" lang="id" ref="d14a4fe1"
# Kalau tertulis "Belum dikerjakan", tidak apa-apa: semua yang di bawah memakai fungsi milik kursus ini, jadi kamu boleh kembali ke sini kapan saja. Dengan `solution("intuition.mix")` di sel baru, versi kami ditampilkan.
#
# Kalau jawabanmu sudah lulus, mari kita lihat fungsimu sendiri bekerja. Di sel baru, baris-baris ini membuat film darinya, dari noise murni sampai gambarnya:
#
# ```python
# mine = torch.cat([mix(x_0[7:8], eps[7:8], k / 50) for k in range(51)])
# player({"x_t": frames.to_uint8(mine)})
# ```
#
# Sekarang kita jawab pertanyaan tentang akar tadi, dengan 100000 pasang bilangan yang keduanya bersimpangan baku 1:

# %% [markdown] key="mix-after" lang="ko" ref="d14a4fe1"
# “아직 풀지 않았습니다”라고 나와도 괜찮습니다. 아래에서는 모두 강의에 들어 있는 함수를 쓰므로, 아무 때나 돌아와서 풀면 됩니다. 새 셀에서 `solution("intuition.mix")`를 실행하면 강의의 풀이를 볼 수 있습니다.
#
# 통과했다면 여러분이 만든 함수가 일하는 모습을 보십시오. 새 셀에서 다음을 실행하면 순수 노이즈에서 그림까지를 담은 필름이 됩니다.
#
# ```python
# mine = torch.cat([mix(x_0[7:8], eps[7:8], k / 50) for k in range(51)])
# player({"x_t": frames.to_uint8(mine)})
# ```
#
# 이제 제곱근에 관한 질문입니다. 표준편차가 똑같이 1인 수 100000쌍으로 알아봅시다.

# %% key="square-roots"
a = torch.randn(100_000, generator=generator)
b = torch.randn(100_000, generator=generator)
share = 0.5
without = share * a + (1 - share) * b
rooted = share**0.5 * a + (1 - share) ** 0.5 * b
print("std", tuple(rooted.shape), f"{without.std():.3f}  {rooted.std():.3f}")

# %% [markdown] key="square-roots-after" lang="en"
# About $0.7$ without the roots, and 1 with them. It is **variances** that add up for independent numbers, not standard deviations: $0.5^2 + 0.5^2 = 0.5$, and the root of that is $0.707$.
# With the roots the variances are `share` and `1 - share`, and they always add up to 1. So the picture can fade without the whole thing going dim: the network that comes later sees numbers of much the same size at every $t$. (Our digits themselves have a standard deviation of about 0.6; chapter 2 looks closer.)
#
# In the literature the share has a name, $\bar\alpha_t$ (`alpha_bar`), and a table, the *noise schedule*, says how large it is at each $t$. The course's function for the mixture is `forward.q_sample` (Ho et al. 2020, equation 4). Is it the same line?

# %% [markdown] key="square-roots-after" lang="id" ref="8319c34b"
# Kira-kira $0.7$ tanpa akar, dan 1 dengan akar. Untuk bilangan-bilangan yang saling bebas, yang dijumlahkan adalah **varians**, bukan simpangan baku: $0.5^2 + 0.5^2 = 0.5$, dan akarnya $0.707$.
# Dengan akar, variansnya menjadi `share` dan `1 - share`, yang jumlahnya selalu 1. Jadi gambar bisa memudar tanpa membuat keseluruhannya redup: jaringan yang datang belakangan melihat bilangan yang besarnya kurang lebih sama pada setiap $t$. (Angka-angka kita sendiri bersimpangan baku sekitar 0.6; Bab 2 menelitinya lebih dekat.)
#
# Dalam kepustakaan, bagian itu bernama $\bar\alpha_t$ (`alpha_bar`), dan sebuah tabel, *jadwal noise*, menentukan besarnya pada setiap $t$. Di kursus ini campurannya dihitung oleh fungsi `forward.q_sample` (Ho et al. 2020, persamaan 4). Apakah barisnya sama?

# %% [markdown] key="square-roots-after" lang="ko" ref="8319c34b"
# 제곱근이 없으면 약 $0.7$, 있으면 1입니다. 서로 독립인 수를 더할 때 함께 더해지는 것은 표준편차가 아니라 **분산**입니다. $0.5^2 + 0.5^2 = 0.5$이고, 그 제곱근이 $0.707$입니다.
# 제곱근을 붙이면 두 분산은 `share`와 `1 - share`가 되어, 더하면 언제나 1입니다. 그래서 그림이 옅어져도 전체가 희미해지지는 않으며, 뒤에 나올 신경망은 어느 $t$에서나 크기가 비슷한 수를 보게 됩니다. (우리 숫자 그림 자체의 표준편차는 약 0.6입니다. 자세한 이야기는 2장에서 합니다.)
#
# 문헌에서는 이 몫을 $\bar\alpha_t$(`alpha_bar`)라고 부르며, $t$마다 그 값이 얼마인지를 적은 표가 *노이즈 스케줄*입니다. 강의에서 섞는 일은 `forward.q_sample` 함수가 맡습니다(Ho et al. 2020, 식 4). 과연 같은 한 줄이겠습니까?

# %% key="q-sample"
from course_lib import forward

t = 300
alpha_bar_t = schedule.alpha_bar[t].item()
by_hand = alpha_bar_t**0.5 * x_0 + (1 - alpha_bar_t) ** 0.5 * eps
x_t = forward.q_sample(x_0, t, eps, schedule)
error = (by_hand - x_t).abs().max().item()
assert error < 1e-6
print("x_t", tuple(x_t.shape), f"alpha_bar_t {alpha_bar_t:.3f}  error {error:.0e}")

# %% [markdown] key="predict-mix-task" lang="en"
# It is, up to rounding. Now see whether you can *foresee* a mixture.
#
# **Exercise 2.** Picture and noise both have standard deviation 1 and are independent, and `share` is $0.36$. Predict four whole numbers, in percent: what the picture is multiplied by, what the noise is multiplied by, the standard deviation of the mixture, and the correlation of the mixture with the picture. Let `predict_mix()` return the four in a list. A wrong number earns a hint, not the answer; run the cell after the check only when you have committed yourself.

# %% [markdown] key="predict-mix-task" lang="id" ref="2741c559"
# Sama, dalam batas pembulatan. Sekarang, bisakah kamu *meramalkan* sebuah campuran?
#
# **Latihan 2.** Gambar dan noise sama-sama bersimpangan baku 1 dan saling bebas, dan `share`-nya $0.36$. Ramalkan empat bilangan bulat, dalam persen: bobot gambar dan bobot noise (pengalinya masing-masing), simpangan baku campurannya, dan korelasi campuran itu dengan gambar. Buatlah `predict_mix()` mengembalikan keempatnya dalam sebuah daftar. Bilangan yang salah mendapat petunjuk, bukan jawabannya; jalankan sel sesudah pemeriksaan hanya setelah ramalanmu mantap.

# %% [markdown] key="predict-mix-task" lang="ko" ref="2741c559"
# 반올림 오차를 빼면 같습니다. 이번에는 섞은 결과를 *내다볼* 수 있는지 봅시다.
#
# **연습문제 2.** 그림과 노이즈는 표준편차가 모두 1이고 서로 독립이며, `share`는 $0.36$입니다. 정수 네 개를 퍼센트로 예상해 보십시오. 그림에 곱하는 수, 노이즈에 곱하는 수, 섞은 결과의 표준편차, 그리고 섞은 결과와 그림의 상관계수입니다. `predict_mix()`가 이 네 수를 리스트로 돌려주게 하십시오. 틀린 수에는 답이 아니라 힌트가 나옵니다. 확인 셀 다음의 셀은 예상을 굳힌 다음에 실행하십시오.

# %% key="ex-predict-mix" exercise="intuition.predict_mix"
def predict_mix():
    ### BEGIN SOLUTION
    return [60, 80, 100, 60]
    ### END SOLUTION

# %% key="check-predict-mix" check="intuition.predict_mix"
check("intuition.predict_mix", predict_mix)

# %% key="predict-mix-run"
share = 0.36
mixed = share**0.5 * a + (1 - share) ** 0.5 * b
correlation = torch.corrcoef(torch.stack([mixed, a]))[0, 1]
shown = [share**0.5, (1 - share) ** 0.5, mixed.std(), correlation]
print(share, [round(100 * float(number)) for number in shown])

# %% [markdown] key="predict-mix-after" lang="en"
# Mind the last number. Little more than a third of the variance belongs to the picture, and yet the mixture goes along with it to 0.6. A share of the variance is the square of a correlation, so a picture that seems almost gone in shares of the variance is not nearly gone. The rival in the next section lives on that.

# %% [markdown] key="predict-mix-after" lang="id" ref="5d39a79d"
# Perhatikan bilangan yang terakhir. Hanya sedikit di atas sepertiga varians campuran itu milik gambar, namun korelasinya dengan gambar masih 0.6. Bagian varians adalah kuadrat dari korelasi, jadi gambar yang menurut bagian variansnya hampir hilang ternyata sama sekali belum hilang. Dari situlah lawan kita di bagian berikut mengambil kekuatannya.

# %% [markdown] key="predict-mix-after" lang="ko" ref="5d39a79d"
# 마지막 수를 눈여겨보십시오. 분산 가운데 그림의 몫은 삼분의 일 남짓인데도, 섞은 결과는 그림을 0.6만큼 따라갑니다. 분산의 몫은 상관계수의 제곱이기 때문입니다. 그래서 분산의 몫으로는 거의 사라진 듯한 그림도 실은 아직 많이 남아 있습니다. 다음 절의 맞수는 바로 그 덕을 봅니다.

# %% [markdown] key="who-reads" lang="en"
# ## When is it really gone?
#
# You have your own number from the slider. Here is a very simple rival: it owns 6000 digits with their labels, fades each of them by the same factor $\sqrt{\bar\alpha_t}$, and answers with the label of the one that lies nearest to $x_t$, pixel by pixel. It takes 200 new digits.
#
# **Commit:** at $t = 400$ the picture has only 44% of its amplitude left. Of how many of the 200 will the rival still get the label right: about 10% (guessing), about 50%, or about 80%?

# %% [markdown] key="who-reads" lang="id" ref="6a29930a"
# ## Kapan gambarnya benar-benar hilang?
#
# Kamu sudah mencatat hasilmu sendiri dari penggeser tadi. Sekarang inilah lawanmu, yang sederhana sekali: ia memiliki 6000 angka beserta labelnya, meredupkan masing-masing dengan faktor yang sama $\sqrt{\bar\alpha_t}$, lalu menjawab dengan label dari angka yang letaknya paling dekat dengan $x_t$, piksel demi piksel. Ia diuji dengan 200 angka baru.
#
# **Putuskan dulu:** pada $t = 400$ amplitudo gambar tinggal 44%. Dari 200 angka itu, berapa yang labelnya masih dijawab dengan benar: sekitar 10% (asal tebak), sekitar 50%, atau sekitar 80%?

# %% [markdown] key="who-reads" lang="ko" ref="6a29930a"
# ## 정말로 사라지는 때
#
# 슬라이더에서 얻은 여러분의 값이 있습니다. 이번에는 아주 단순한 맞수를 데려왔습니다. 이 맞수에게는 레이블이 붙은 숫자 6000장이 있습니다. 맞수는 이 그림을 모두 똑같이 $\sqrt{\bar\alpha_t}$배로 옅게 만든 다음, 픽셀끼리 견주어 $x_t$에 가장 가까운 그림의 레이블을 답으로 내놓습니다. 시험 문제는 처음 보는 숫자 200장입니다.
#
# **먼저 예상해 보십시오.** $t = 400$에서는 그림의 진폭이 44%만 남습니다. 맞수는 200장 가운데 몇 장이나 맞히겠습니까? 약 10%(찍는 수준), 약 50%, 약 80% 가운데 고르십시오.

# %% key="who-reads-run"
train_x, train_y = data.digits("train")
test_x, test_y = data.digits("test")
asked, known = test_x[:200], train_x[:6000].flatten(1)
noise = torch.randn(asked.shape, generator=generator)
for t in (0, 200, 400, 500, 600, 800, 1000):
    fade = schedule.alpha_bar[t].item() ** 0.5
    x_t = forward.q_sample(asked, t, noise, schedule)
    nearest = torch.cdist(x_t.flatten(1), fade * known).argmin(1)
    right = (train_y[nearest] == test_y[:200]).double().mean()
    print(f"t {t:4d}  fade {fade:.3f}  right {right:.0%}")

# %% [markdown] key="who-reads-after" lang="en"
# 77%. Even at $t = 500$, with 28% of the amplitude left, it still gets 56% right. Compare with the $t$ that you noted.
#
# The surprise is how long it holds on. A single pixel says almost nothing; 784 pixels that each whisper a little, added up, still speak clearly.
# And the end is honest too: at $t = 1000$ the rival scores what guessing scores. The picture is not hidden there. It is gone.

# %% [markdown] key="who-reads-after" lang="id" ref="4f0d5f33"
# 77%. Bahkan pada $t = 500$, dengan amplitudo yang tinggal 28%, ia masih benar 56%. Bandingkan dengan $t$ yang kamu catat.
#
# Yang mengejutkan ialah betapa lamanya ia bertahan. Satu piksel saja hampir tidak berkata apa-apa; 784 piksel yang masing-masing hanya berbisik, bila dijumlahkan, tetap berbicara dengan jelas.
# Ujungnya pun jujur: pada $t = 1000$ nilai lawan kita sama dengan nilai asal tebak. Di sana gambarnya bukan tersembunyi. Gambarnya sudah tidak ada.

# %% [markdown] key="who-reads-after" lang="ko" ref="4f0d5f33"
# 77%입니다. 진폭이 28%만 남은 $t = 500$에서도 56%를 맞힙니다. 여러분이 적어 둔 $t$와 견주어 보십시오.
#
# 이토록 오래 버틴다는 것이 놀랍습니다. 픽셀 하나는 거의 아무 말도 하지 못합니다. 하지만 픽셀 784개가 저마다 작게 속삭이는 소리를 모두 더하면 또렷한 말이 됩니다.
# 그러나 끝에는 아무것도 남지 않습니다. $t = 1000$에서 맞수의 점수는 찍은 것과 다르지 않습니다. 그림은 숨어 있는 것이 아닙니다. 사라진 것입니다.

# %% [markdown] key="cloth" lang="en"
# ## In colour
#
# Nothing in that line of arithmetic asks what the numbers mean. Here is a picture that this course draws by itself: a cloth with the Javanese *kawung* motif, the split fruit of the sugar palm, around the Korean word 확산 (*hwaksan*), with *difusi*, its Indonesian twin, below.
#
# **Commit:** as noise is added, which will stay readable longer, the fine petals of the motif or the large letters?

# %% [markdown] key="cloth" lang="id" ref="26977ecb"
# ## Berwarna
#
# Baris hitungan tadi tidak pernah bertanya apa arti bilangan-bilangannya. Ini sebuah gambar yang dibuat sendiri oleh kode kursus ini: kain Jawa bermotif *kawung*, yaitu buah aren yang dibelah, mengelilingi kata Korea 확산 (*hwaksan*), yang dalam bahasa kita berarti *difusi* dan dalam bahasa Inggris *diffusion*.
#
# **Putuskan dulu:** kalau noise ditambahkan, mana yang lebih lama terbaca, kelopak-kelopak halus pada motifnya atau huruf-huruf yang besar?

# %% [markdown] key="cloth" lang="ko" ref="26977ecb"
# ## 색이 있는 그림
#
# 저 산수 한 줄은 수의 뜻을 따지지 않습니다. 이번 그림은 강의가 코드로 직접 그린 것입니다. 쪼갠 사탕야자 열매를 본뜬 인도네시아 자와섬의 *카웅*(kawung) 무늬 천이고, 한가운데에는 한국어 ‘확산’(*hwaksan*)이, 그 아래에는 같은 뜻의 인도네시아어 *difusi*가 적혀 있습니다.
#
# **먼저 예상해 보십시오.** 노이즈를 더해 가면, 무늬의 가는 꽃잎과 커다란 글자 가운데 어느 쪽이 더 오래 보이겠습니까?

# %% key="cloth-run"
from course_lib import figures, pictures

cloth = pictures.difusi(128)
cloth_eps = torch.randn(cloth.shape, generator=generator)
shown = [0, 100, 200, 400, 600, 1000]
row = torch.cat([forward.q_sample(cloth, t, cloth_eps, schedule) for t in shown])
print("row", tuple(row.shape), f"min {row.min():.1f}  max {row.max():.1f}")
figures.show(figures.strip(row, [rf"$x_{{{t}}}$" for t in shown], size=2), "alt.intuition.cloth")

# %% [markdown] key="cloth-slide" lang="en"
# Three numbers for each pixel, red, green and blue, and each gets a noise of its own: that is why the dissolving cloth sparkles in colours that were never in it.
# (A screen must cut off what lies outside $[-1, 1]$. The tensor itself keeps those values.)
#
# Now slide from one end to the other and compare with your answer.

# %% [markdown] key="cloth-slide" lang="id" ref="32ef20b7"
# Setiap piksel terdiri atas tiga bilangan, merah, hijau, dan biru, dan masing-masing mendapat noise sendiri: itu sebabnya kain yang sedang larut berkelap-kelip dengan warna-warna yang tidak pernah ada padanya.
# (Layar terpaksa memotong nilai yang berada di luar $[-1, 1]$. Tensornya sendiri tetap menyimpan nilai-nilai itu.)
#
# Sekarang geser dari ujung ke ujung dan bandingkan dengan jawabanmu.

# %% [markdown] key="cloth-slide" lang="ko" ref="32ef20b7"
# 픽셀마다 빨강, 초록, 파랑을 나타내는 수가 세 개 있고, 그 하나하나가 자기 노이즈를 따로 받습니다. 흩어지는 천이 본래 없던 색으로 반짝이는 것은 이 때문입니다.
# (화면은 $[-1, 1]$을 벗어난 값을 잘라 낼 수밖에 없습니다. 텐서에는 그 값이 그대로 남아 있습니다.)
#
# 이제 슬라이더를 끝에서 끝까지 움직이며 적어 둔 답과 견주어 보십시오.

# %% key="cloth-film"
every = range(0, 1001, 20)
cloth_film = torch.cat([forward.q_sample(cloth, t, cloth_eps, schedule) for t in every])
player({"x_t": frames.to_uint8(cloth_film)}, times=every, alt=lang.text("alt.intuition.cloth_film"))

# %% [markdown] key="blind" lang="en"
# The letters win: noise drowns small things first, because a large shape is many pixels that agree.
#
# But that lies in *our looking*, not in the noise. The noise itself is blind. Test: shuffle the pixels of all ten digits by one fixed order, add noise, and compare with adding noise first and shuffling afterwards.

# %% [markdown] key="blind" lang="id" ref="2ffc6b4b"
# Hurufnya yang menang: noise lebih dulu menenggelamkan yang kecil, karena bentuk yang besar terdiri atas banyak piksel yang seia sekata.
#
# Namun, sebabnya ada pada *cara kita melihat*, bukan pada noise. Noise itu sendiri buta. Mari kita uji: acak letak piksel kesepuluh angka dengan satu urutan yang tetap lalu tambahkan noise, dan bandingkan dengan menambahkan noise dulu, baru mengacak.

# %% [markdown] key="blind" lang="ko" ref="2ffc6b4b"
# 글자가 이깁니다. 큰 모양에서는 많은 픽셀이 입을 모아 같은 말을 하므로, 노이즈에 먼저 잠기는 것은 작은 모양입니다.
#
# 그러나 이것은 *우리가 보는 방식* 때문이지 노이즈 때문이 아닙니다. 노이즈는 모양을 가리지 않습니다. 시험해 봅시다. 숫자 열 장의 픽셀을 모두 같은 순서로 뒤섞은 다음 노이즈를 더합니다. 그리고 노이즈부터 더하고 나서 뒤섞은 것과 견줍니다.

# %% key="blind-run"
order = torch.randperm(784, generator=generator)


def shuffle(images):
    return images.flatten(1)[:, order].view_as(images)


first = forward.q_sample(shuffle(x_0), 300, shuffle(eps), schedule)
last = shuffle(forward.q_sample(x_0, 300, eps, schedule))
print("x_t", tuple(first.shape), "max", (first - last).abs().max().item())

# %% [markdown] key="blind-after" lang="en"
# Not nearly equal: equal. The forward process treats a digit and a heap of shuffled pixels exactly alike, and ink does not do that.
# (A model can be built on real spreading, too: Rissanen et al. 2023 use heat, Bansal et al. 2022 blur and other damage. It is a different model.)
#
# So why is it called *diffusion*? Sohl-Dickstein et al. 2015 took the idea from physics. What spreads is not the ink across the paper. A picture of 784 pixels is one **point** in a space of 784 dimensions; the noise makes that point wander at random, and so the cloud of all pictures spreads, until it is a featureless ball.

# %% [markdown] key="blind-after" lang="id" ref="12d999fa"
# Bukan hampir sama, melainkan persis sama. Proses maju memperlakukan sebuah angka dan setumpuk piksel acak tanpa beda sedikit pun, dan tinta tidak begitu.
# (Model yang dibangun di atas penyebaran sungguhan pun bisa dibuat: Rissanen et al. 2023 memakai panas, Bansal et al. 2022 memakai pengaburan dan kerusakan lain. Itu model yang berbeda.)
#
# Lalu mengapa namanya *difusi*? Sohl-Dickstein et al. 2015 mengambil gagasannya dari fisika. Yang menyebar bukan tinta di atas kertas. Sebuah gambar dengan 784 piksel adalah satu **titik** di ruang berdimensi 784; noise membuat titik itu mengembara secara acak, sehingga awan yang terbentuk dari semua gambar ikut menyebar, sampai menjadi bola yang tidak berciri apa-apa.

# %% [markdown] key="blind-after" lang="ko" ref="12d999fa"
# 거의 같은 것이 아니라 똑같습니다. 전방 과정은 숫자든 뒤섞인 픽셀 더미든 조금도 다르지 않게 다룹니다. 잉크라면 그럴 수 없습니다.
# (정말로 번지는 과정으로 모델을 만들 수도 있습니다. Rissanen et al. 2023은 열을, Bansal et al. 2022는 흐림을 비롯한 여러 손상을 씁니다. 이 장의 모델과는 다른 모델입니다.)
#
# 그렇다면 왜 *확산*이라고 부릅니까? Sohl-Dickstein et al. 2015가 물리학에서 가져온 생각입니다. 퍼져 나가는 것은 종이 위의 잉크가 아닙니다. 픽셀이 784개인 그림은 784차원 공간의 **점** 하나입니다. 노이즈를 받은 점은 무작위로 떠돌고, 그래서 모든 그림이 이루는 구름이 퍼져 나가다가 마침내 아무 특징도 없는 공이 됩니다.

# %% [markdown] key="two-processes" lang="en"
# ## Two processes
#
# |  | forward process, $q$ | reverse process, $p_\theta$ |
# | --- | --- | --- |
# | direction | $x_0 \to x_T$ | $x_T \to x_0$ |
# | what a step does | adds a little Gaussian noise | takes a little noise away |
# | who decides how | we do; it is a fixed formula | a neural network with weights $\theta$ |
# | is anything learned? | no | yes, from examples |
# | how hard | one line of code | the rest of this course |
#
# ```text
# q         x_0 --> x_1 --> x_2 --> ... --> x_{T-1} --> x_T
# p_theta   x_0 <-- x_1 <-- x_2 <-- ... <-- x_{T-1} <-- x_T
# ```
#
# That is the whole plan: a random process that is fully known, and a network that approximates its reversal. Destroying pictures is easy. **Whoever learns to restore them has learned what pictures look like**, and that is what makes a generative model.

# %% [markdown] key="two-processes" lang="id" ref="830965a2"
# ## Dua proses
#
# |  | proses maju, $q$ | proses mundur, $p_\theta$ |
# | --- | --- | --- |
# | arah | $x_0 \to x_T$ | $x_T \to x_0$ |
# | kerja satu langkah | menambahkan sedikit noise Gaussian | membuang sedikit noise |
# | siapa yang menentukan caranya | kita; rumusnya tetap | jaringan saraf dengan bobot $\theta$ |
# | apakah ada yang dipelajari? | tidak | ya, dari contoh |
# | seberapa sulit | satu baris kode | seluruh sisa kursus ini |
#
# ```text
# q         x_0 --> x_1 --> x_2 --> ... --> x_{T-1} --> x_T
# p_theta   x_0 <-- x_1 <-- x_2 <-- ... <-- x_{T-1} <-- x_T
# ```
#
# Itulah seluruh rencananya: sebuah proses acak yang kita ketahui sepenuhnya, dan sebuah jaringan yang menghampiri pembalikannya. Merusak gambar itu mudah. **Siapa yang belajar memulihkan gambar telah belajar seperti apa rupa gambar**, dan dari situlah lahir model generatif.

# %% [markdown] key="two-processes" lang="ko" ref="830965a2"
# ## 두 과정
#
# |  | 전방 과정 $q$ | 역방향 과정 $p_\theta$ |
# | --- | --- | --- |
# | 방향 | $x_0 \to x_T$ | $x_T \to x_0$ |
# | 한 단계에서 하는 일 | 가우스 노이즈를 조금 더합니다 | 노이즈를 조금 덜어 냅니다 |
# | 방법을 정하는 쪽 | 우리입니다. 정해진 식을 씁니다 | 가중치가 $\theta$인 신경망입니다 |
# | 배우는 것 | 없습니다 | 있습니다. 예에서 배웁니다 |
# | 어려운 정도 | 코드 한 줄 | 이 강의의 나머지 전부 |
#
# ```text
# q         x_0 --> x_1 --> x_2 --> ... --> x_{T-1} --> x_T
# p_theta   x_0 <-- x_1 <-- x_2 <-- ... <-- x_{T-1} <-- x_T
# ```
#
# 계획은 이것이 전부입니다. 한쪽에는 속속들이 아는 무작위 과정이 있고, 다른 쪽에는 그 과정을 거꾸로 밟는 법을 근사하는 신경망이 있습니다. 그림을 망가뜨리기는 쉽습니다. **망가진 그림을 되살릴 줄 안다면, 그림이 어떻게 생겼는지를 배운 것입니다.** 생성 모델은 바로 여기서 나옵니다.

# %% [markdown] key="recover-task" lang="en"
# ## What exactly is hard?
#
# Suppose a friend tells you the noise: not roughly, but every number in `eps`. Then $x_t = \sqrt{\mathrm{share}}\,x_0 + \sqrt{1-\mathrm{share}}\,\epsilon$ has one unknown, $x_0$.
#
# **Exercise 3.** Write `recover(x_t, eps, share)`, which returns the picture $x_0$ when the noise is known; `share` is a float, $0 < \mathrm{share} \le 1$.
#
# **Commit:** at $t = 1000$ only 0.6% of the picture's amplitude is left, and your eye sees nothing but noise. With the noise known, how good is the recovered picture: useless, blurred, or perfect?

# %% [markdown] key="recover-task" lang="id" ref="1b1db469"
# ## Apa persisnya yang sulit?
#
# Andaikan seorang teman memberitahukan noise-nya: bukan kira-kira, melainkan setiap bilangan dalam `eps`. Kalau begitu, $x_t = \sqrt{\mathrm{share}}\,x_0 + \sqrt{1-\mathrm{share}}\,\epsilon$ hanya memuat satu besaran yang belum diketahui, yaitu $x_0$.
#
# **Latihan 3.** Tulis `recover(x_t, eps, share)` yang mengembalikan gambar $x_0$ bila noise-nya diketahui; `share` sebuah float, $0 < \mathrm{share} \le 1$.
#
# **Putuskan dulu:** pada $t = 1000$ amplitudo gambar tinggal 0.6%, dan mata kita tidak melihat apa-apa selain noise. Jika noise-nya diketahui, sebaik apa gambar yang dipulihkan: tidak berguna, kabur, atau sempurna?

# %% [markdown] key="recover-task" lang="ko" ref="1b1db469"
# ## 정확히 무엇이 어렵습니까?
#
# 친구가 노이즈를 알려 준다고 합시다. 어림이 아니라 `eps`에 든 수를 하나도 빠짐없이 알려 줍니다. 그러면 $x_t = \sqrt{\mathrm{share}}\,x_0 + \sqrt{1-\mathrm{share}}\,\epsilon$에서 모르는 것은 $x_0$ 하나뿐입니다.
#
# **연습문제 3.** 노이즈를 알고 있을 때 그림 $x_0$을 돌려주는 `recover(x_t, eps, share)`를 작성하십시오. `share`는 $0 < \mathrm{share} \le 1$인 실수(float)입니다.
#
# **먼저 예상해 보십시오.** $t = 1000$에서는 그림의 진폭이 0.6%만 남아 눈에는 노이즈만 보입니다. 노이즈를 안다면 되찾은 그림은 어떻겠습니까? 쓸모없다, 흐릿하다, 완벽하다 가운데 고르십시오.

# %% key="ex-recover" exercise="intuition.recover"
def recover(x_t, eps, share):
    ### BEGIN SOLUTION
    return (x_t - (1 - share) ** 0.5 * eps) / share**0.5
    ### END SOLUTION


# %% key="check-recover" check="intuition.recover"
check("intuition.recover", recover)

# %% key="recover-run"
for t in (100, 500, 1000):
    share = schedule.alpha_bar[t].item()
    x_t = forward.q_sample(x_0, t, eps, schedule)
    known = (x_t - (1 - share) ** 0.5 * eps) / share**0.5
    assert (known - forward.predict_x_0(x_t, t, eps, schedule)).abs().max() < 1e-4
    guessed = forward.predict_x_0(x_t, t, 0.99 * eps, schedule)
    exact, close = ((x - x_0).abs().mean().item() for x in (known, guessed))
    print(f"t {t:4d}  eps {exact:.0e}  0.99 eps {close:.3f}")

# %% [markdown] key="recover-after" lang="en"
# Perfect, up to the computer's rounding. (The line is equation 15 of Ho et al. 2020, and the course's function for it is `forward.predict_x_0`.) Knowing the noise and knowing the picture is the same thing.
#
# Now look at the last column: a guess of the noise that is just 1% too small. At $t = 100$ that does little harm; at $t = 1000$ the pixels of the answer are off by 1.256 on average, and the whole way from black to white is just 2. The guess gets divided by $\sqrt{\bar\alpha_t}$, and any mistake in it with it. A direct jump by this formula is therefore very sensitive to errors. There is a second reason against it, which we shall see in the film below: even the best guess from pure noise is only an average. So the reverse process takes many small steps.
#
# So the one thing that has to be learned is this: **look at $x_t$ and say which noise is in it.** The guess is called $\hat\epsilon$ (`eps_hat`). Nobody can know $\epsilon$ from $x_t$ alone; but whoever knows how digits look can make a good guess, because whatever does not look like a digit is probably noise. To predict the noise, a network has to learn edges, strokes and shapes, though nobody ever mentions them.

# %% [markdown] key="recover-after" lang="id" ref="a83b734e"
# Sempurna, selain pembulatan komputer. (Baris itu adalah persamaan 15 dari Ho et al. 2020, dan fungsi kursus ini untuknya ialah `forward.predict_x_0`.) Mengetahui noise sama saja dengan mengetahui gambar.
#
# Sekarang lihat kolom terakhir: tebakan noise yang hanya 1% terlalu kecil. Pada $t = 100$ akibatnya hampir tidak terasa; pada $t = 1000$ piksel jawabannya rata-rata meleset 1.256, padahal jarak dari hitam sampai putih hanya 2. Tebakan itu dibagi dengan $\sqrt{\bar\alpha_t}$, dan setiap kekeliruan di dalamnya ikut membesar. Jadi, lompatan langsung dengan rumus ini sangat peka terhadap kekeliruan. Ada satu alasan lagi untuk tidak melompat, yang akan kita lihat dalam film di bawah: dari noise murni, tebakan terbaik pun hanyalah sebuah rata-rata. Karena itu proses mundur menempuh banyak langkah kecil.
#
# Jadi, hanya satu hal yang harus dipelajari: **pandanglah $x_t$ dan katakan noise mana yang ada di dalamnya.** Tebakannya disebut $\hat\epsilon$ (`eps_hat`). Tidak ada yang bisa mengetahui $\epsilon$ dari $x_t$ saja; tetapi siapa yang tahu rupa angka bisa menebaknya dengan baik, karena yang tidak mirip angka kemungkinan besar noise. Untuk menebak noise, jaringan mau tidak mau belajar tentang tepi, goresan, dan bentuk, meskipun tidak ada yang pernah menyebutkannya.

# %% [markdown] key="recover-after" lang="ko" ref="a83b734e"
# 컴퓨터의 반올림 오차를 빼면 완벽합니다. (이 한 줄은 Ho et al. 2020의 식 15이고, 강의에서는 `forward.predict_x_0` 함수가 이 일을 합니다.) 노이즈를 아는 것과 그림을 아는 것은 같은 일입니다.
#
# 이제 마지막 열을 보십시오. 노이즈를 1%만 작게 짐작한 결과입니다. $t = 100$에서는 별 탈이 없지만, $t = 1000$에서는 답의 픽셀이 평균 1.256만큼 어긋납니다. 검은색에서 흰색까지가 통틀어 2밖에 되지 않는데도 그렇습니다. 짐작을 $\sqrt{\bar\alpha_t}$로 나누기 때문에 그 안의 오차도 함께 커집니다. 그러므로 이 식으로 단번에 뛰면 작은 오차에도 크게 흔들립니다. 뛰지 않는 까닭은 하나 더 있습니다. 아래 필름에서 보겠지만, 순수 노이즈만 보고는 아무리 잘 짐작해도 평균에 그칩니다. 그래서 역방향 과정은 작은 걸음을 여러 번 내디딥니다.
#
# 그러므로 배워야 할 것은 단 하나입니다. **$x_t$를 보고 그 안에 어떤 노이즈가 들어 있는지 말하는 것입니다.** 이 추정값을 $\hat\epsilon$(`eps_hat`)이라고 씁니다. $x_t$만 보고서는 누구도 $\epsilon$을 알 수 없습니다. 하지만 숫자가 어떻게 생겼는지 알면 잘 짐작할 수 있습니다. 숫자답지 않은 것은 아마 노이즈일 것이기 때문입니다. 노이즈를 예측하려면 신경망은 윤곽과 획과 모양을 배울 수밖에 없습니다. 아무도 그런 것을 가르쳐 주지 않았는데도 말입니다.

# %% [markdown] key="counting" lang="en"
# ## What there is to learn
#
# Our pictures have 784 pixels with 256 grey levels each. **Commit:** how many different pictures is that? The number of atoms in the visible universe has about 80 zeros. Has this one more, or fewer? By how much?

# %% [markdown] key="counting" lang="id" ref="36fbf926"
# ## Apa yang perlu dipelajari
#
# Gambar kita terdiri atas 784 piksel, masing-masing dengan 256 tingkat keabuan. **Putuskan dulu:** berapa banyak gambar berbeda yang mungkin ada? Banyaknya atom di alam semesta teramati kira-kira bilangan dengan 80 nol. Apakah yang ini lebih banyak atau lebih sedikit? Seberapa jauh bedanya?

# %% [markdown] key="counting" lang="ko" ref="36fbf926"
# ## 배워야 할 것
#
# 우리 그림은 픽셀이 784개이고, 픽셀마다 회색이 256단계입니다. **먼저 예상해 보십시오.** 서로 다른 그림은 모두 몇 장이겠습니까? 관측 가능한 우주에 있는 원자의 수에는 동그라미가 80개쯤 붙습니다. 그보다 많겠습니까, 적겠습니까? 차이는 얼마나 나겠습니까?

# %% key="counting-run"
count = 256**784
print("zeros", len(str(count)) - 1, "train_x", len(train_x))
random = torch.randint(256, (8, 1, 28, 28), generator=generator, dtype=torch.uint8)
rows = [data.to_unit(random), train_x[:8]]
figures.show(figures.grid(rows, row_titles=["$u$", "$x_0$"]), "alt.intuition.counting")

# %% [markdown] key="counting-after" lang="en"
# About a one with 1888 zeros, and almost all of them look like the upper row: pictures drawn pixel by pixel at random. The digits are a speck in that space, and we hold 18000 examples of it.
#
# "Learning the data distribution" means knowing from these examples where the speck is, well enough to find *other* points of it. It does not mean storing the examples. And note how large the task is: a method that tries pictures at random until one looks like a digit never ends. A diffusion model walks there instead, and at every step the network says in which direction "more like a digit" lies.
#
# People sometimes say that such models create "out of nothing". They create out of noise **and** out of every picture that they were trained on.

# %% [markdown] key="counting-after" lang="id" ref="48d656e8"
# Kira-kira angka satu yang diikuti 1888 nol, dan hampir semuanya tampak seperti baris atas: gambar yang setiap pikselnya diundi acak. Angka tulisan tangan hanyalah setitik debu di ruang itu, dan dari titik itu kita memegang 18000 contoh.
#
# "Mempelajari distribusi data" berarti tahu dari contoh-contoh itu di mana letak titik debunya, cukup baik untuk menemukan tempat-tempat *lain* di dalamnya. Artinya bukan menyimpan contoh. Perhatikan pula betapa besar tugasnya: cara yang mencoba gambar acak satu demi satu sampai ada yang mirip angka tidak akan pernah selesai. Model difusi berjalan ke sana, dan pada setiap langkah jaringan memberi tahu ke arah mana letak "lebih mirip angka".
#
# Kadang orang berkata bahwa model seperti ini mencipta "dari ketiadaan". Sebenarnya ia mencipta dari noise **dan** dari semua gambar yang dipakai untuk melatihnya.

# %% [markdown] key="counting-after" lang="ko" ref="48d656e8"
# 일 뒤에 동그라미가 1888개쯤 붙습니다. 그리고 거의 모두가 윗줄처럼, 픽셀을 하나하나 무작위로 뽑은 그림처럼 생겼습니다. 숫자 그림은 이 공간에서 티끌 하나에 지나지 않으며, 우리에게는 그 티끌에서 얻은 예가 18000장 있습니다.
#
# “데이터 분포를 배운다”는 말은, 티끌이 어디에 있는지를 이 예에서 익혀 그 안의 *다른* 점까지 찾아낸다는 뜻입니다. 예를 저장해 둔다는 뜻이 아닙니다. 이 일이 얼마나 엄청난지도 짚어 둡시다. 숫자처럼 보이는 것이 나올 때까지 아무 그림이나 뽑아 보는 방법으로는 영영 끝나지 않습니다. 확산 모델은 그곳으로 걸어갑니다. 어느 쪽이 “더 숫자다운” 방향인지는 걸음마다 신경망이 알려 줍니다.
#
# 이런 모델이 “무에서” 창조한다고들 합니다. 사실은 노이즈에서, **그리고** 학습에 쓰인 그림 전부에서 만들어 냅니다.

# %% [markdown] key="model" lang="en"
# ## A trained network walks back
#
# The course ships a small network (a *U-Net*, chapter 5) that was trained on these digits. It takes a noisy picture, the $t$ and, if we like, the digit we want; it reports `eps_hat`. (Inside, it answers with a mixture of noise and picture, called $v$, which the course converts exactly. A network that answered with the noise itself would spoil the picture at $t = 1000$, as the last column above showed. Chapter 4 explains.) We start ten walks, each from its own pure noise, and ask for a 0, a 1, … a 9. They take 50 steps from $t = 1000$ down to $t = 0$.
#
# The player shows three things side by side: `x_t`, the walker; `x_0_hat`, the clean picture that the network believes in at this moment; and `eps_hat`, the noise that it sees. (Each of the last two follows from the other, as in exercise 3. At $t = 0$ the network is not asked any more, so `eps_hat` is plain grey there.)
#
# **Commit:** at the very first step, where `x_t` is pure noise, what does `x_0_hat` look like: (a) noise, (b) uniform grey, (c) a digit?

# %% [markdown] key="model" lang="id" ref="2d4a23e3"
# ## Jaringan terlatih berjalan pulang
#
# Kursus ini menyertakan sebuah jaringan kecil (*U-Net*, Bab 5) yang dilatih dengan angka-angka ini. Masukannya gambar yang tercampur noise, $t$, dan, kalau kita mau, angka yang kita inginkan; laporannya `eps_hat`. (Di dalam, jawabannya adalah campuran noise dan gambar, yang bernama $v$ dan dikonversi kursus ini secara eksak. Jaringan yang menjawab dengan noise itu sendiri akan merusak gambarnya pada $t = 1000$, seperti tampak pada kolom terakhir tadi. Penjelasannya di Bab 4.) Kita mulai sepuluh perjalanan, masing-masing dari noise murninya sendiri, dan meminta angka 0, 1, … sampai 9. Perjalanannya menempuh 50 langkah dari $t = 1000$ turun ke $t = 0$.
#
# Pemutar di bawah menampilkan tiga hal berdampingan: `x_t`, si pejalan; `x_0_hat`, gambar bersih yang saat itu diyakini jaringan; dan `eps_hat`, noise yang dilihatnya. (Dari salah satu di antara dua yang terakhir, yang lain dapat dihitung, seperti pada latihan 3. Pada $t = 0$ jaringan tidak ditanya lagi, jadi `eps_hat` di sana kelabu polos.)
#
# **Putuskan dulu:** pada langkah yang paling awal, ketika `x_t` masih noise murni, seperti apa rupa `x_0_hat`: (a) noise, (b) kelabu merata, (c) sebuah angka?

# %% [markdown] key="model" lang="ko" ref="2d4a23e3"
# ## 되돌아가는 신경망
#
# 강의에는 이 숫자로 학습한 작은 신경망(*U-Net*, 5장)이 들어 있습니다. 노이즈가 낀 그림과 $t$를 넣고, 원하면 바라는 숫자도 넣습니다. 그러면 신경망은 `eps_hat`을 알려 줍니다. (속에서는 노이즈와 그림을 섞은 $v$라는 양으로 답하고, 강의의 코드가 이것을 정확히 환산합니다. 노이즈를 그대로 답하는 신경망이었다면, 앞의 마지막 열에서 보았듯이 $t = 1000$에서 그림을 망쳤을 것입니다. 자세한 것은 4장에서 설명합니다.) 저마다 다른 순수 노이즈에서 열 갈래 길을 출발시키고, 차례로 0, 1, …, 9를 그려 달라고 합시다. $t = 1000$에서 $t = 0$까지 50걸음에 내려갑니다.
#
# 플레이어는 세 가지를 나란히 보여 줍니다. `x_t`는 걸어가고 있는 그림, `x_0_hat`은 그 순간 신경망이 믿는 깨끗한 그림, `eps_hat`은 신경망이 보는 노이즈입니다. (연습문제 3에서처럼, 뒤의 둘은 하나를 알면 다른 하나도 알 수 있습니다. $t = 0$에서는 신경망에 더 묻지 않으므로 `eps_hat`이 그냥 회색입니다.)
#
# **먼저 예상해 보십시오.** `x_t`가 순수 노이즈인 맨 첫 걸음에서 `x_0_hat`은 어떤 모습이겠습니까? (a) 노이즈, (b) 고른 회색, (c) 숫자.

# %% key="reverse"
from functools import partial

from course_lib import checkpoints, guidance, samplers

model = checkpoints.load("digits", device="cpu")
ancestral = partial(samplers.ddpm_step, variance="beta_tilde")
labels = torch.arange(10)
x_T = torch.randn(10, 1, 28, 28, generator=generator)
times = samplers.times(schedule.T, 50)
guided = guidance.guide(model, labels)
steps = list(samplers.sample(guided, ancestral, x_T, schedule, times, generator))
film = frames.film(steps, columns=4)
player(film.tracks, times=film.times, alt=lang.text("alt.intuition.reverse"))

# %% [markdown] key="reverse-after" lang="en"
# The answer is (c), and it is worth a closer look. Ten soft digits stand there at $t = 1000$, before the first step. The network cannot have seen them in the noise; there is nothing to be seen. All it knows is which digit we asked for. So where do they come from? Compare each with the **average** of all training digits of its class:

# %% [markdown] key="reverse-after" lang="id" ref="f5619f9a"
# Jawabannya (c), dan ini patut dipandang lebih dekat. Sepuluh angka yang lembut sudah tampak pada $t = 1000$, sebelum langkah pertama. Tidak mungkin jaringan melihatnya di dalam noise; di sana tidak ada yang bisa dilihat. Yang ia ketahui hanyalah angka mana yang kita minta. Lalu dari mana asalnya? Bandingkan masing-masing dengan **rata-rata** semua angka pelatihan di kelasnya:

# %% [markdown] key="reverse-after" lang="ko" ref="f5619f9a"
# 답은 (c)인데, 자세히 들여다볼 만합니다. 첫걸음을 떼기도 전인 $t = 1000$에서 벌써 부드러운 숫자 열 개가 나와 있습니다. 신경망이 노이즈 속에서 보았을 리는 없습니다. 거기에는 보일 것이 없습니다. 신경망이 아는 것은 우리가 어떤 숫자를 부탁했는지뿐입니다. 그렇다면 이 숫자는 어디서 왔겠습니까? 하나하나를, 같은 클래스의 학습용 숫자를 모두 **평균**한 그림과 견주어 봅시다.

# %% key="first-guess"
means = torch.stack([train_x[train_y == c].mean(0) for c in range(10)])
for step in steps[0], steps[20], steps[35], steps[-1]:
    pairs = zip(step.x_0_hat.flatten(1), means.flatten(1), strict=True)
    r = torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in pairs])
    print(f"t {step.t:4d}  r {r.mean():.3f}  std {step.x_0_hat.std():.3f}")
both = [means, steps[0].x_0_hat, steps[35].x_0_hat, steps[-1].x_t]
names = [r"$\bar x_0$", rf"$\hat x_0\,(t={steps[0].t})$", rf"$\hat x_0\,(t={steps[35].t})$", "$x_0$"]
figures.show(figures.grid(both, row_titles=names, size=0.8), "alt.intuition.first_guess")

# %% [markdown] key="first-guess-after" lang="en"
# Almost a perfect correlation. Asked about noise, the network answers with the *average* of everything it could be. Here is option (c) from the ink question: the blurred mixture of all paintings is what a good cleaner sees **first**.
#
# That is no weakness of this network, it is the right answer: whoever knows nothing and wants a small squared error says the mean. (Set the derivative of $\mathbb E\,(x_0-c)^2$ with respect to $c$ to zero: $c=\mathbb E\,x_0$.) Then the walk begins. Each step settles a little of what was open, the mean is taken over fewer possibilities, and it sharpens. At the end one digit is left, and it is no longer the average. Play the film again and watch `x_0_hat`.
#
# (Look at the 8: it could pass for a B. A network as small as this is not always a sure hand.)

# %% [markdown] key="first-guess-after" lang="id" ref="98256c62"
# Korelasinya hampir sempurna. Ketika ditanya tentang noise, jaringan menjawab dengan *rata-rata* dari semua kemungkinannya. Inilah pilihan (c) dari pertanyaan tinta tadi: campuran kabur dari semua lukisan adalah hal **pertama** yang dilihat pembersih yang baik.
#
# Ini bukan kelemahan jaringan kita, melainkan jawaban yang benar: siapa yang tidak tahu apa-apa dan menginginkan galat kuadrat yang kecil akan menyebut rata-rata. (Samakan turunan $\mathbb E\,(x_0-c)^2$ terhadap $c$ dengan nol: $c=\mathbb E\,x_0$.) Setelah itu perjalanan dimulai. Setiap langkah memastikan sedikit dari yang tadinya masih terbuka, rata-ratanya diambil atas kemungkinan yang makin sedikit, dan gambarnya menajam. Pada akhirnya tinggal satu angka, dan angka itu bukan rata-rata lagi. Putar filmnya sekali lagi dan perhatikan `x_0_hat`.
#
# (Lihat angka 8: ia bisa juga dibaca sebagai huruf B. Tangan jaringan sekecil ini memang tidak selalu mantap.)

# %% [markdown] key="first-guess-after" lang="ko" ref="98256c62"
# 거의 완벽한 상관입니다. 노이즈를 보여 주며 물으니, 신경망은 그것이 될 수 있는 모든 그림의 *평균*으로 답합니다. 잉크 질문의 (c)가 바로 여기 있습니다. 모든 그림이 흐릿하게 뒤섞인 모습은 훌륭한 복원가가 **맨 처음** 보는 것입니다.
#
# 이것은 신경망의 약점이 아니라 옳은 답입니다. 아는 것이 없는데 제곱 오차를 작게 하려면 평균을 말해야 합니다. ($\mathbb E\,(x_0-c)^2$을 $c$로 미분하여 영으로 놓으면 $c=\mathbb E\,x_0$입니다.) 그러고 나서 걷기 시작합니다. 한 걸음마다 정해지지 않았던 것이 조금씩 정해지고, 평균을 낼 후보가 줄어들며, 그림은 점점 선명해집니다. 마지막에 남는 숫자 하나는 더 이상 평균이 아닙니다. 필름을 다시 재생하면서 `x_0_hat`을 지켜보십시오.
#
# (8을 보십시오. B라고 해도 믿겠습니다. 이렇게 작은 신경망의 손이 늘 확실한 것은 아닙니다.)

# %% [markdown] key="which" lang="en"
# ## Which painting comes back?
#
# Back to the ruined painting. We take the 7 from the beginning, noise it up to some $t$, and let the network walk back from there without telling it which digit it was.
#
# **Commit:** from which of $t$ = 100, 300, 500, 700, 1000 will it bring back *our* 7? From which another 7? From which something else altogether?

# %% [markdown] key="which" lang="id" ref="09d9d5d0"
# ## Lukisan mana yang kembali?
#
# Kembali ke lukisan yang rusak. Kita ambil angka 7 dari awal bab, membubuhinya dengan noise sampai suatu $t$, lalu membiarkan jaringan berjalan pulang dari sana tanpa memberi tahu angka apa itu.
#
# **Putuskan dulu:** dari $t$ = 100, 300, 500, 700, 1000, dari mana ia membawa pulang angka 7 *kita*? Dari mana angka 7 yang lain? Dari mana sesuatu yang sama sekali lain?

# %% [markdown] key="which" lang="ko" ref="09d9d5d0"
# ## 어떤 그림이 돌아옵니까?
#
# 망가진 그림으로 돌아가 봅시다. 처음에 본 7에 어떤 $t$까지 노이즈를 더한 다음, 무슨 숫자였는지 알려 주지 않은 채 신경망에 거기서부터 되돌아가라고 합니다.
#
# **먼저 예상해 보십시오.** $t$ = 100, 300, 500, 700, 1000 가운데 어디서 출발하면 *우리의* 7이 돌아오겠습니까? 어디서 다른 7이 나오고, 어디서 아예 다른 것이 나오겠습니까?

# %% key="which-run"
def walk(x_t, start, step=ancestral, count=50):
    rest = [t for t in samplers.times(schedule.T, count) if t < start]
    return samplers.final(samplers.sample(model, step, x_t, schedule, [start, *rest], generator))


starts = [100, 300, 500, 700, 1000]
seven = x_0[7:8]
ruined = [forward.q_sample(seven, t, eps[7:8], schedule) for t in starts]
back = [walk(x_t, t) for x_t, t in zip(ruined, starts, strict=True)]
for t, image in zip(starts, back, strict=True):
    print(f"t {t:4d}  rms {(image - seven).square().mean().sqrt():.3f}")
rows = [torch.cat([seven, *ruined]), torch.cat([seven, *back])]
names = ["$x_0$"] + [f"$t={t}$" for t in starts]
figures.show(figures.grid(rows, names, ["$x_t$", r"$\to x_0$"]), "alt.intuition.which")

# %% [markdown] key="which-after" lang="en"
# From $t = 100$ we get our own 7 back, down to its strokes. From 300 and 500 it is still a 7, but with strokes of its own. From 700 it is no 7 any more, but a 2 with a loop; and from 1000 the network draws another 2, which owes nothing to our digit. The sampler never recovers what was lost. It draws something that fits with what is left, and when nothing is left, anything goes that looks like a digit.
#
# (A serious warning: a "restored" face or number plate is a plausible invention, not evidence.)
#
# **Commit:** eight walks from one and the same $x_T$. Do they end at the same digit?

# %% [markdown] key="which-after" lang="id" ref="1a5421b9"
# Dari $t = 100$ kita mendapatkan kembali 7 kita sendiri, sampai ke goresan-goresannya. Dari 300 dan 500 yang pulang masih angka 7, tetapi goresannya makin lain; dari 700 sudah bukan 7, melainkan angka 2 dengan simpul; dan dari 1000 jaringan membuat angka 2 yang lain, yang tidak berutang apa-apa pada angka kita. Sampler tidak pernah menemukan kembali yang hilang. Ia membuat sesuatu yang cocok dengan yang masih tersisa, dan kalau tidak ada yang tersisa, apa saja boleh asal mirip angka.
#
# (Ini serius: wajah atau pelat nomor yang "dipulihkan" adalah rekaan yang masuk akal, bukan bukti.)
#
# **Putuskan dulu:** delapan perjalanan dari satu $x_T$ yang sama. Apakah semuanya berakhir pada angka yang sama?

# %% [markdown] key="which-after" lang="ko" ref="1a5421b9"
# $t = 100$에서는 우리의 7이 획 하나까지 그대로 돌아옵니다. 300과 500에서도 7이기는 하지만 획이 점점 달라집니다. 700에서는 더 이상 7이 아니라 고리가 달린 2가 되고, 1000에서는 우리 숫자와 아무 상관 없는 또 다른 2가 나옵니다. 샘플러는 잃어버린 것을 되찾지 않습니다. 남아 있는 것과 어울리는 그림을 그릴 뿐입니다. 남은 것이 하나도 없으면, 숫자처럼 보이기만 하면 무엇이든 나올 수 있습니다.
#
# (가볍게 넘길 일이 아닙니다. “복원한” 얼굴이나 자동차 번호판은 그럴듯하게 지어낸 것이지 증거가 아닙니다.)
#
# **먼저 예상해 보십시오.** 똑같은 $x_T$ 하나에서 여덟 번 걷습니다. 모두 같은 숫자에서 끝나겠습니까?

# %% key="outcomes"
same = torch.randn(1, 1, 28, 28, generator=generator).expand(8, -1, -1, -1)
rows = [walk(same, 1000), walk(same, 1000, samplers.ddim_step)]
for name, images in zip(("DDPM", "DDIM"), rows, strict=True):
    print(name, tuple(images.shape), f"max {(images - images[:1]).abs().max():.1e}")
figures.show(figures.grid(rows, row_titles=["DDPM", "DDIM"]), "alt.intuition.outcomes")

# %% [markdown] key="outcomes-after" lang="en"
# It depends on the walk. In the upper row (*DDPM*, chapter 6) every step adds a pinch of fresh noise, and the eight walks drift apart. In the lower row (*DDIM*, chapter 7) nothing is drawn on the way, and the same start gives the same digit, eight times. Same network, same weights: how one walks is a choice one makes afterwards.
#
# (Not each of the upper eight is a clear digit, the last one is not: the network is small, and here nobody told it which digit to draw.)

# %% [markdown] key="outcomes-after" lang="id" ref="51b8d102"
# Tergantung cara berjalannya. Di baris atas (*DDPM*, Bab 6) setiap langkah menambahkan sejumput noise baru, dan kedelapan perjalanan itu berpisah jalan. Di baris bawah (*DDIM*, Bab 7) tidak ada yang diundi di jalan, dan awal yang sama memberi angka yang sama, delapan kali. Jaringannya sama, bobotnya sama: cara berjalan adalah pilihan yang dibuat belakangan.
#
# (Tidak setiap gambar dari delapan di baris atas jelas angka apa, yang terakhir tidak: jaringannya kecil, dan di sini tidak ada yang memberitahunya angka mana yang harus dibuat.)

# %% [markdown] key="outcomes-after" lang="ko" ref="51b8d102"
# 걷는 방법에 달려 있습니다. 윗줄(*DDPM*, 6장)에서는 걸음마다 새 노이즈를 조금씩 뿌리므로 여덟 갈래가 서로 갈라집니다. 아랫줄(*DDIM*, 7장)에서는 도중에 아무것도 뽑지 않으므로 같은 출발점에서 같은 숫자가 여덟 번 나옵니다. 신경망도 가중치도 똑같습니다. 어떻게 걸을지는 학습이 끝난 뒤에 고르면 됩니다.
#
# (윗줄의 여덟 장이 모두 무슨 숫자인지 뚜렷한 것은 아닙니다. 마지막 것이 그렇습니다. 신경망이 작은 데다, 여기서는 어떤 숫자를 그리라고 알려 주지도 않았습니다.)

# %% [markdown] key="ideal" lang="en"
# ## The cleaner that knows everything
#
# Our network makes mistakes. What would a *perfect* one do, one that minimises its training error completely? For a finite collection $x_1, \dots, x_N$ it can be written down. Every $x_i$ is asked: how probable is it that you, faded and noised, became this $x_t$? The answers, scaled to sum to 1, are weights, and the perfect guess is the weighted mean. A model that answers like this is called the *ideal denoiser*:
#
# $$\hat x_0 = \sum_i w_i\, x_i, \qquad w_i \propto \exp\!\left(-\frac{\lVert x_t - \sqrt{\bar\alpha_t}\,x_i\rVert^2}{2\,(1-\bar\alpha_t)}\right)$$
#
# **Exercise 4.** Write `ideal_x_0(x_t, dataset, alpha_bar_t)`. `x_t` has the shape `(D,)`, `dataset` has `(N, D)`, `alpha_bar_t` is a float between 0 and 1; return a tensor of shape `(D,)`. `torch.softmax(..., dim=0)` makes weights of the exponents safely: they are near $-784/2$ even for the right $x_i$, so in single precision a plain `exp` would give zero for every one, and the weights would be $0/0$.

# %% [markdown] key="ideal" lang="id" ref="a01ac50b"
# ## Pembersih yang mahatahu
#
# Jaringan kita masih membuat kekeliruan. Apa yang akan dilakukan jaringan yang *sempurna*, yang menekan galat pelatihannya sampai ke titik terendah? Untuk kumpulan berhingga $x_1, \dots, x_N$, jawabannya dapat dituliskan. Setiap $x_i$ kita tanya: seberapa besar peluang bahwa kamulah yang, setelah diredupkan dan dibubuhi noise, menjadi $x_t$ ini? Jawaban-jawabannya, yang diskalakan agar berjumlah 1, adalah bobot, dan tebakan yang sempurna adalah rata-rata berbobotnya. Model yang menjawab seperti ini disebut *penghilang noise ideal* (ideal denoiser):
#
# $$\hat x_0 = \sum_i w_i\, x_i, \qquad w_i \propto \exp\!\left(-\frac{\lVert x_t - \sqrt{\bar\alpha_t}\,x_i\rVert^2}{2\,(1-\bar\alpha_t)}\right)$$
#
# **Latihan 4.** Tulis `ideal_x_0(x_t, dataset, alpha_bar_t)`. Bentuk `x_t` adalah `(D,)`, bentuk `dataset` adalah `(N, D)`, dan `alpha_bar_t` sebuah float antara 0 dan 1; kembalikan tensor berbentuk `(D,)`. `torch.softmax(..., dim=0)` mengubah eksponen menjadi bobot dengan aman: untuk $x_i$ yang tepat pun eksponennya sekitar $-784/2$, sehingga dalam presisi tunggal `exp` biasa menghasilkan nol untuk semuanya (underflow), dan bobotnya menjadi $0/0$.

# %% [markdown] key="ideal" lang="ko" ref="a01ac50b"
# ## 모든 것을 아는 복원가
#
# 우리 신경망은 실수를 합니다. 학습 오차를 더 줄일 수 없을 때까지 줄인 *완벽한* 신경망이라면 어떻게 답하겠습니까? 그림 모음 $x_1, \dots, x_N$이 유한하면 그 답을 식으로 쓸 수 있습니다. 그림 $x_i$ 하나하나에 묻습니다. 옅어지고 노이즈를 입어 지금의 $x_t$가 되었을 확률은 얼마입니까? 대답의 합이 1이 되도록 맞추면 가중치가 되고, 이 가중치로 낸 평균이 완벽한 추정값입니다. 이렇게 답하는 모델을 *이상적인 노이즈 제거기*(ideal denoiser)라고 합니다.
#
# $$\hat x_0 = \sum_i w_i\, x_i, \qquad w_i \propto \exp\!\left(-\frac{\lVert x_t - \sqrt{\bar\alpha_t}\,x_i\rVert^2}{2\,(1-\bar\alpha_t)}\right)$$
#
# **연습문제 4.** `ideal_x_0(x_t, dataset, alpha_bar_t)`를 작성하십시오. `x_t`의 모양은 `(D,)`이고 `dataset`의 모양은 `(N, D)`이며, `alpha_bar_t`는 0과 1 사이의 실수(float)입니다. 모양이 `(D,)`인 텐서를 돌려주십시오. `torch.softmax(..., dim=0)`를 쓰면 지수를 안전하게 가중치로 바꿀 수 있습니다. 지수는 옳은 $x_i$에서도 $-784/2$ 안팎이라, 단정밀도에서 그냥 `exp`를 쓰면 모두 영이 되고(언더플로) 가중치는 $0/0$이 됩니다.

# %% key="ex-ideal" exercise="intuition.ideal_x_0"
def ideal_x_0(x_t, dataset, alpha_bar_t):
    ### BEGIN SOLUTION
    distance = (x_t - alpha_bar_t**0.5 * dataset).square().sum(1)
    weights = torch.softmax(-distance / (2 * (1 - alpha_bar_t)), dim=0)
    return weights @ dataset
    ### END SOLUTION


# %% key="check-ideal" check="intuition.ideal_x_0"
check("intuition.ideal_x_0", ideal_x_0)

# %% [markdown] key="ideal-library" lang="en"
# The course's version answers with `eps_hat`, like every model here, so any sampler can use it. Same formula? (In double precision, ten noisy digits at once.)

# %% [markdown] key="ideal-library" lang="id" ref="99fc3ed0"
# Versi kursus ini menjawab dengan `eps_hat`, seperti semua model di sini, sehingga dapat dipakai sampler mana pun. Apakah rumusnya sama? (Dalam presisi ganda, sepuluh angka bercampur noise sekaligus.)

# %% [markdown] key="ideal-library" lang="ko" ref="99fc3ed0"
# 강의에 들어 있는 복원가는 여기 나오는 다른 모델과 마찬가지로 `eps_hat`으로 답하므로, 어떤 샘플러와도 함께 쓸 수 있습니다. 정말 같은 식이겠습니까? (노이즈가 낀 숫자 열 장을 한꺼번에, 배정밀도로 계산합니다.)

# %% key="ideal-equal"
from course_lib import gaussians

small = train_x[:500]
ideal = gaussians.IdealDenoiser(small, schedule)
t, x_i = 400, small.flatten(1).double()
x_t = forward.q_sample(x_0.double(), t, eps.double(), schedule)
alpha_bar_t = schedule.alpha_bar[t].item()
distance = (x_t.flatten(1)[:, None] - alpha_bar_t**0.5 * x_i[None]).square().sum(2)
weights = torch.softmax(-distance / (2 * (1 - alpha_bar_t)), dim=1)
x_0_hat = (weights @ x_i).view_as(x_0)
library = forward.predict_x_0(x_t, t, ideal(x_t, torch.full((10,), t)), schedule)
error = (x_0_hat - library).abs().max().item()
assert error < 1e-10
print("weights", tuple(weights.shape), f"max {weights.max():.3f}  error {error:.0e}")

# %% [markdown] key="ideal-walk" lang="en"
# Now let the perfect model of 500 digits walk back from 16 pure noises, with the same sampler as before. It commits not a single error.
#
# At every step we can ask how many of the 500 are still in the running: $N_{\mathrm{eff}} = \exp(-\sum_i w_i \log w_i)$ is 500 when all weights are equal and 1 when a single one has everything.
#
# **Commit:** by which $t$ is it settled which digit it will be: about 900, about 500, or only at about 50?

# %% [markdown] key="ideal-walk" lang="id" ref="d89e7f34"
# Sekarang kita biarkan model sempurna untuk 500 angka berjalan pulang dari 16 noise murni, dengan sampler yang sama seperti tadi. Ia tidak membuat satu kekeliruan pun.
#
# Pada setiap langkah kita bisa bertanya berapa dari 500 angka itu yang masih ikut bersaing: $N_{\mathrm{eff}} = \exp(-\sum_i w_i \log w_i)$ bernilai 500 bila semua bobot sama besar dan 1 bila satu angka memborong semuanya.
#
# **Putuskan dulu:** pada $t$ berapa sudah pasti angka mana yang akan jadi: sekitar 900, sekitar 500, atau baru sekitar 50?

# %% [markdown] key="ideal-walk" lang="ko" ref="d89e7f34"
# 이제 숫자 500장을 다 아는 완벽한 모델에 순수 노이즈 16장에서부터 되돌아가라고 해 봅시다. 샘플러는 앞에서 쓴 것 그대로입니다. 이 모델은 단 한 번도 실수하지 않습니다.
#
# 걸음마다 500장 가운데 몇 장이 아직 후보로 남아 있는지 물어볼 수 있습니다. $N_{\mathrm{eff}} = \exp(-\sum_i w_i \log w_i)$는 가중치가 모두 같으면 500이고, 한 장이 가중치를 독차지하면 1입니다.
#
# **먼저 예상해 보십시오.** 어떤 숫자가 될지는 $t$가 얼마쯤일 때 결판나겠습니까? 약 900입니까, 약 500입니까, 아니면 약 50에 이르러서입니까?

# %% key="ideal-walk-run"
x_T = torch.randn(16, 1, 28, 28, generator=generator)
walked = list(samplers.sample(ideal, ancestral, x_T, schedule, times, generator))
for step in walked[:-1:7]:
    alpha_bar_t = schedule.alpha_bar[step.t].item()
    away = torch.cdist(step.x_t.flatten(1), alpha_bar_t**0.5 * small.flatten(1))
    weights = torch.softmax(-away.square() / (2 * (1 - alpha_bar_t)), dim=1)
    n_eff = torch.special.entr(weights).sum(1).exp()
    print(f"t {step.t:4d}  N_eff {n_eff.mean():.1f}")
film = frames.film(walked, columns=4)
player(film.tracks, times=film.times, alt=lang.text("alt.intuition.ideal_film"))

# %% [markdown] key="recite" lang="en"
# At $t = 857$ some 470 of the 500 are still in the running, at $t = 572$ about 30, at $t = 429$ just one. The whole decision falls in the middle of the walk; the last 400 timesteps only wipe the rest of the noise away. (It is the reading test from before, seen from the other side. Biroli et al. 2024 study these moments.) In the film: one grey average for everybody, then blends, then a digit that no longer changes.
#
# **Commit:** how far is each finished picture from the nearest of the 500, at the worst pixel: about $2$ (as for two different digits), about $0.1$, or $0$?

# %% [markdown] key="recite" lang="id" ref="cf769e29"
# Pada $t = 857$ masih ada sekitar 470 dari 500 angka yang ikut bersaing, pada $t = 572$ sekitar 30, pada $t = 429$ tinggal satu. Seluruh keputusan jatuh di tengah perjalanan; 400 timestep (langkah waktu) terakhir hanya menyeka sisa noise. (Inilah ujian membaca tadi, dilihat dari sisi sebaliknya. Biroli et al. 2024 meneliti saat-saat seperti ini.) Di film: mula-mula satu rata-rata kelabu untuk semuanya, lalu campuran-campuran, lalu sebuah angka yang tidak berubah lagi.
#
# **Putuskan dulu:** seberapa jauh setiap gambar hasil akhirnya berbeda dari yang terdekat di antara 500 angka itu, pada piksel yang terburuk: sekitar $2$ (seperti dua angka yang berbeda), sekitar $0.1$, atau $0$?

# %% [markdown] key="recite" lang="ko" ref="cf769e29"
# $t = 857$에서는 500장 가운데 470장쯤이 아직 후보이고, $t = 572$에서는 30장쯤, $t = 429$에서는 단 한 장입니다. 결정은 모두 길 한복판에서 내려지고, 마지막 400타임스텝은 노이즈를 닦아 낼 뿐입니다. (앞에서 본 읽기 시험을 반대편에서 본 셈입니다. 이런 순간은 Biroli et al. 2024가 다룹니다.) 필름에서는 모두 똑같은 회색 평균이 먼저 나오고, 이어서 여럿이 섞인 모습이, 그다음에 더는 바뀌지 않는 숫자가 나옵니다.
#
# **먼저 예상해 보십시오.** 완성된 그림을 500장 가운데 가장 가까운 그림과 견주면, 가장 많이 어긋난 픽셀에서 얼마나 다르겠습니까? 약 $2$(서로 다른 두 숫자만큼), 약 $0.1$, $0$ 가운데 고르십시오.


# %% key="recite-run"
def nearest(images, dataset):
    a, b = images.flatten(1), dataset.flatten(1)
    found = dataset[torch.cdist(a, b).argmin(1)]
    return found, (images - found).flatten(1)


drawn = walked[-1].x_t
learned = walk(x_T, 1000)
fresh = test_x[:16]
for name, images, dataset in (("ideal", drawn, small), ("model", learned, train_x), ("test", fresh, train_x)):
    gap = nearest(images, dataset)[1]
    print(f"{name:5s} {tuple(gap.shape)}  max {gap.abs().max():.4f}  rms {gap.square().mean().sqrt():.4f}")
rows = [drawn, nearest(drawn, small)[0], learned, nearest(learned, train_x)[0]]
rows = [row[:10] for row in rows]
titles = ["$x_0^{*}$", "$x_i$", r"$x_0^{\theta}$", "$x_i$"]
figures.show(figures.grid(rows, row_titles=titles, size=0.8), "alt.intuition.recite")

# %% [markdown] key="recite-after" lang="en"
# Three lines of numbers: the ideal model against its 500 digits; our trained network against all 18000 digits that it was trained on; and, for scale, 16 real digits it never saw against the same 18000. And the pictures: what the ideal model drew ($x_0^{*}$) above the nearest of its 500, what the network drew ($x_0^{\theta}$) above the nearest of its 18000.
#
# $0$ for the ideal model, to four decimals. **The perfect model of a finite collection can do nothing but recite it.** Every walk ends exactly on one of the 500. It has the smallest possible training error, and it has never drawn anything new.
#
# Our network, with its mistakes, is different: its digits keep a distance from the training digits, of the same order as new real digits do. (Some of that distance comes from drawings that failed: the fourth in the row is no proper digit.) So what makes it useful is precisely that it does *not* reach the minimum of its own training error: it is a smooth function that has to make do with what many digits have in common. Why that so often works so well is a question of current research (Kadkhodaie et al. 2024 is a good way in).
#
# Reciting is no mere thought experiment. Large models, trained long on pictures that occur many times, do repeat some of them nearly unchanged (Carlini et al. 2023).
#
# ## A trap, left open
#
# One more commitment, with the answer five chapters away. The network says which noise is in $x_t$. So the reverse step must be $x_{t-1} = x_t - \hat\epsilon$: many introductions print just that. **Is it right?** (a) yes; (b) yes, up to a scale; (c) no, and one sees it at once.
#
# Note your letter. (A hint: the network reports *all* the noise that is in $x_t$, and the steps are small.) Chapter 6 runs it.

# %% [markdown] key="recite-after" lang="id" ref="f177430e"
# Tiga baris bilangan: model ideal terhadap 500 angkanya; jaringan kita yang terlatih terhadap semua 18000 angka yang dipakai melatihnya; dan, sebagai pembanding, 16 angka asli yang belum pernah dilihatnya terhadap 18000 angka yang sama. Lalu gambarnya: buatan model ideal ($x_0^{*}$) di atas yang terdekat dari 500 angkanya, buatan jaringan ($x_0^{\theta}$) di atas yang terdekat dari 18000 angkanya.
#
# $0$ untuk model ideal, sampai empat desimal. **Model yang sempurna untuk kumpulan berhingga hanya bisa menghafalkannya.** Setiap perjalanan berakhir tepat pada salah satu dari 500 angka itu. Galat pelatihannya serendah mungkin, tetapi tidak satu pun buatannya baru.
#
# Jaringan kita, dengan segala kekeliruannya, berbeda: angka buatannya berjarak dari angka-angka pelatihan, kira-kira sejauh jarak angka asli yang baru. (Sebagian jarak itu berasal dari buatan yang cacat: gambar keempat dalam barisnya bukan angka yang utuh.) Jadi yang membuatnya berguna justru karena ia *tidak* mencapai minimum galat pelatihannya sendiri: ia fungsi mulus yang harus mencukupkan diri dengan apa yang sama pada banyak angka. Mengapa cara ini begitu sering berhasil sebaik itu masih menjadi pertanyaan penelitian sekarang (Kadkhodaie et al. 2024 adalah pintu masuk yang baik).
#
# Menghafal bukan sekadar eksperimen pikiran. Model besar, yang dilatih lama dengan gambar yang muncul berkali-kali, memang mengulang sebagian gambar itu hampir tanpa perubahan (Carlini et al. 2023).
#
# ## Sebuah jebakan, dibiarkan terbuka
#
# Satu lagi yang perlu diputuskan, dan jawabannya baru datang lima bab lagi. Jaringan mengatakan noise mana yang ada di dalam $x_t$. Kalau begitu, langkah mundurnya tentu $x_{t-1} = x_t - \hat\epsilon$: banyak pengantar mencetaknya persis begitu. **Benarkah itu?** (a) ya; (b) ya, tetapi skalanya belum tepat; (c) tidak, dan itu langsung terlihat.
#
# Catat huruf pilihanmu. (Petunjuk: jaringan melaporkan *semua* noise yang ada di dalam $x_t$, padahal langkahnya kecil.) Bab 6 menjalankannya.

# %% [markdown] key="recite-after" lang="ko" ref="f177430e"
# 수는 세 줄로 나옵니다. 이상적인 모델의 그림을 그 500장과 견준 것, 학습한 우리 신경망의 그림을 학습에 쓴 숫자 18000장 전체와 견준 것, 그리고 잣대로 삼으려고 신경망이 본 적 없는 진짜 숫자 16장을 같은 18000장과 견준 것입니다. 그림에서는 이상적인 모델이 그린 것($x_0^{*}$) 아래에 그 500장 가운데 가장 가까운 것이, 신경망이 그린 것($x_0^{\theta}$) 아래에 그 18000장 가운데 가장 가까운 것이 있습니다.
#
# 이상적인 모델은 소수점 아래 네 자리까지 $0$입니다. **유한한 그림 모음의 완벽한 모델은 외운 것을 되뇌는 일밖에 하지 못합니다.** 어느 길이든 500장 가운데 하나에 정확히 닿으며 끝납니다. 학습 오차는 더 작을 수 없지만, 새로운 것은 하나도 그린 적이 없습니다.
#
# 실수를 하는 우리 신경망은 다릅니다. 신경망이 그린 숫자는 학습한 숫자와 어느 정도 떨어져 있고, 그 거리는 처음 보는 진짜 숫자와 비슷합니다. (그 거리의 일부는 잘못 그린 그림에서 옵니다. 줄에서 넷째 그림은 제대로 된 숫자가 아닙니다.) 그러니 신경망이 쓸모 있는 것은 바로 자기 학습 오차의 최솟값에 *닿지 못하기* 때문입니다. 신경망은 매끄러운 함수여서, 많은 숫자에 공통된 것으로 꾸려 나갈 수밖에 없습니다. 이것이 왜 이렇게 자주, 이렇게 잘 통하는지는 지금도 연구하는 물음입니다(Kadkhodaie et al. 2024부터 읽으면 좋습니다).
#
# 외운 것을 되뇌는 일은 상상에 그치지 않습니다. 여러 번 나오는 그림을 오래 학습한 큰 모델은 실제로 그 가운데 일부를 거의 그대로 되풀이합니다(Carlini et al. 2023).
#
# ## 남겨 두는 함정
#
# 예상을 하나 더 적어 두십시오. 답은 다섯 장 뒤에 나옵니다. 신경망은 $x_t$ 안에 어떤 노이즈가 들어 있는지 말해 줍니다. 그렇다면 역방향의 한 걸음은 $x_{t-1} = x_t - \hat\epsilon$이어야 합니다. 많은 입문 글이 바로 이렇게 적고 있습니다. **옳습니까?** (a) 옳습니다. (b) 배율만 맞추면 옳습니다. (c) 틀렸고, 한눈에 드러납니다.
#
# 고른 것을 적어 두십시오. (힌트: 신경망은 $x_t$에 든 노이즈를 *전부* 말해 주는데, 한 걸음은 작습니다.) 실행은 6장에서 합니다.

# %% [markdown] key="compare" lang="en"
# ## GAN, VAE, diffusion
#
# Three families that learn to draw from examples, and what each really costs:
#
# | | how it draws | strong | weak |
# | --- | --- | --- | --- |
# | **GAN** (Goodfellow et al. 2014) | one pass, noise to picture; trained against a critic | fast; sharp pictures | training is a contest and can fail to settle; parts of the data may never be drawn (*mode collapse*) |
# | **VAE** (Kingma and Welling 2014) | one pass from a small code; an encoder finds the code of a picture | stable training; a bound on the likelihood; a useful code space | simple versions are blurred |
# | **diffusion** (Sohl-Dickstein et al. 2015; Ho et al. 2020) | many passes of one network, noise to picture | plain regression, so stable training; high quality; broad coverage; can be steered by a text, a class or a layout; a principled framework with a likelihood bound | slow: tens to hundreds of passes for each picture |
#
# To be fair to all three: Dhariwal and Nichol 2021 showed diffusion ahead of the best GANs of their day on ImageNet, by a score (FID) that has its own faults. GANs remain the fastest. A VAE sits inside many of today's picture generators, where it makes the pictures small enough for a diffusion model. Xiao et al. 2022 call it a *trilemma*: quality, coverage and speed, and each family is short of one.
#
# ### "No mode collapse"?
#
# Lists of advantages often say that diffusion models have *no* mode collapse. Let us count: 100 digits, without asking for any particular one; the course's small classifier reads them. **Commit:** will all ten classes occur? Equally often?

# %% [markdown] key="compare" lang="id" ref="c47fdbb9"
# ## GAN, VAE, difusi
#
# Tiga keluarga yang belajar menggambar dari contoh, beserta harga yang sebenarnya:
#
# | | cara menggambar | kekuatan | kelemahan |
# | --- | --- | --- | --- |
# | **GAN** (Goodfellow et al. 2014) | sekali jalan, noise menjadi gambar; dilatih melawan sebuah diskriminator | cepat; gambarnya tajam | pelatihannya pertandingan dan bisa tidak kunjung konvergen; sebagian data mungkin tidak pernah tergambar (*mode collapse*) |
# | **VAE** (Kingma dan Welling 2014) | sekali jalan dari sebuah kode kecil; sebuah encoder mencari kode untuk suatu gambar | pelatihannya stabil; ada batas untuk likelihood; ruang kodenya berguna | versi sederhananya kabur |
# | **difusi** (Sohl-Dickstein et al. 2015; Ho et al. 2020) | jaringan yang sama dijalankan berkali-kali, noise menjadi gambar | regresi biasa, jadi pelatihannya stabil; mutunya tinggi; cakupannya luas; dapat diarahkan dengan teks, kelas, atau tata letak; kerangkanya berdasar, dengan batas untuk likelihood | lambat: puluhan sampai ratusan kali menjalankan jaringan untuk setiap gambar |
#
# Mari berlaku adil kepada ketiganya. Dhariwal dan Nichol 2021 menunjukkan bahwa difusi mengungguli GAN terbaik pada masanya di ImageNet, menurut FID, skor yang juga punya kelemahan. GAN masih yang tercepat. VAE bersembunyi di dalam banyak pembuat gambar masa kini, untuk mengecilkan gambar sampai sanggup ditangani model difusi. Xiao et al. 2022 menyebutnya *trilema*: mutu, cakupan, dan kecepatan, dan setiap keluarga kekurangan salah satunya.
#
# ### "Tanpa mode collapse"?
#
# Daftar keunggulan sering menyebut bahwa model difusi *bebas* dari mode collapse. Mari kita hitung: 100 angka tanpa permintaan apa pun; pengklasifikasi kecil milik kursus ini membacanya. **Putuskan dulu:** apakah kesepuluh kelas akan muncul? Sama seringnya?

# %% [markdown] key="compare" lang="ko" ref="c47fdbb9"
# ## GAN, VAE, 확산
#
# 예를 보고 그리는 법을 배우는 모델에는 세 갈래가 있습니다. 저마다 실제로 치르는 값을 견주어 봅시다.
#
# | | 그리는 방법 | 강점 | 약점 |
# | --- | --- | --- | --- |
# | **GAN** (Goodfellow et al. 2014) | 노이즈에서 그림까지 신경망을 한 번 통과, 판별자와 겨루며 학습 | 빠른 속도, 선명한 그림 | 겨루기라서 자리 잡지 못하기도 하는 학습, 끝내 그리지 못하는 데이터가 생길 가능성(*모드 붕괴*, mode collapse) |
# | **VAE** (Kingma & Welling 2014) | 작은 코드에서 한 번 통과, 그림의 코드는 인코더가 탐색 | 안정된 학습, 가능도의 하한, 쓸모 있는 코드 공간 | 단순한 모델의 흐릿한 그림 |
# | **확산** (Sohl-Dickstein et al. 2015; Ho et al. 2020) | 노이즈에서 그림까지 신경망 하나를 여러 번 통과 | 평범한 회귀라서 안정된 학습, 높은 품질, 넓은 포괄성(데이터의 종류를 빠짐없이 그리는 정도), 글이나 클래스나 구도(layout)로 그림을 이끌 수 있음, 가능도의 하한이 있는 원리적인 틀 | 느린 속도, 그림 한 장에 수십에서 수백 번 통과 |
#
# 세 갈래를 공정하게 견주어 봅시다. Dhariwal & Nichol 2021은 ImageNet에서 확산이 당시 가장 좋은 GAN을 앞선다는 것을 보였지만, 그때 쓴 점수(FID)에도 흠이 있습니다. 지금도 가장 빠른 것은 GAN입니다. VAE는 오늘날의 여러 그림 생성기 속에서, 확산 모델이 다룰 만한 크기로 그림을 줄이는 일을 합니다. Xiao et al. 2022는 이 처지를 *트릴레마*(trilemma)라고 부릅니다. 품질과 포괄성과 속도 가운데 어느 갈래든 하나가 모자랍니다.
#
# ### “모드 붕괴가 없다”는 말
#
# 장점을 늘어놓은 글에는 확산 모델에 모드 붕괴가 *없다는* 말이 자주 나옵니다. 세어 봅시다. 바라는 숫자를 말하지 않고 100장을 그리게 한 다음, 강의에 들어 있는 작은 분류기로 읽습니다. **먼저 예상해 보십시오.** 열 클래스가 모두 나오겠습니까? 고르게 나오겠습니까?

# %% key="collapse-count"
from course_lib import metrics

x_T = torch.randn(100, 1, 28, 28, generator=generator)
images = walk(x_T, 1000, count=20)
read = metrics.classifier()(images).argmax(1)
print("x_0", tuple(images.shape), torch.bincount(read, minlength=10).tolist())

# %% [markdown] key="tilt" lang="en"
# Read the ten counts with care. A fair ten-sided die thrown 100 times gives 10 of each only on average; every count scatters by about 3 (the root of $100 \cdot 0.1 \cdot 0.9$). The smallest and the largest lie about two such widths from 10, and among ten counts that is not surprising. So 100 digits cannot tell chance from a preference of the network. If you want to know, put 1000 in place of 100 and run the cell again (half a minute or so): each count should then lie around 100, and the width is about 9.
#
# In any case no class has been abandoned, and nothing had to be done for it: a regression that must explain *every* training picture cannot simply leave some out, while a GAN is only asked to fool its critic.
#
# Still, "no" is too strong a word. Coverage is traded away as soon as one steers hard. *Guidance* (chapter 9) pulls the draw towards a wish with a strength $s$; on paper it aims at the density $p_c(x)^s\, p_u(x)^{1-s}$, where $p_c$ is the data asked for and $p_u$ all data. Take one dimension, $p_c = N(1, 0.5^2)$ and $p_u = N(0, 1)$, and a strength as large as text-to-picture programs often use, $s = 7.5$.
#
# **Commit:** the data asked for have standard deviation $0.5$. What is it at $s = 7.5$?

# %% [markdown] key="tilt" lang="id" ref="f216edf8"
# Bacalah kesepuluh hitungan itu dengan hati-hati. Dadu bersisi sepuluh yang adil, yang dilempar 100 kali, memberi masing-masing 10 hanya secara rata-rata; setiap hitungan bergoyang sekitar 3 (akar dari $100 \cdot 0.1 \cdot 0.9$). Yang terkecil dan yang terbesar berjarak sekitar dua kali goyangan itu dari 10, dan di antara sepuluh hitungan hal itu masih wajar. Jadi, 100 gambar belum cukup untuk memutuskan apakah jaringan lebih menyukai angka tertentu. Kalau ingin tahu, ganti 100 dengan 1000 lalu jalankan lagi selnya (sekitar setengah menit): setiap hitungan semestinya berada di sekitar 100, dengan goyangan sekitar 9.
#
# Bagaimanapun, tidak ada kelas yang ditinggalkan, dan untuk itu tidak perlu upaya khusus: regresi yang harus menjelaskan *setiap* gambar pelatihan tidak bisa begitu saja melewatkan sebagian, sedangkan GAN hanya diminta mengelabui diskriminatornya.
#
# Meski begitu, "tanpa" terlalu keras. Cakupan ikut tergadai begitu hasilnya kita arahkan kuat-kuat. *Guidance* (Bab 9) menarik hasilnya ke arah suatu permintaan dengan kekuatan $s$; di atas kertas sasarannya densitas $p_c(x)^s\, p_u(x)^{1-s}$, dengan $p_c$ untuk data yang diminta dan $p_u$ untuk semua data. Ambil satu dimensi, $p_c = N(1, 0.5^2)$ dan $p_u = N(0, 1)$, serta kekuatan sebesar yang lazim dipakai program pembuat gambar dari teks, $s = 7.5$.
#
# **Putuskan dulu:** data yang diminta bersimpangan baku $0.5$. Menjadi berapa pada $s = 7.5$?

# %% [markdown] key="tilt" lang="ko" ref="f216edf8"
# 열 개의 횟수를 조심해서 읽으십시오. 면이 열 개인 공정한 주사위를 100번 던져도 각 면이 10번씩 나오는 것은 평균일 뿐이고, 횟수는 저마다 3쯤($100 \cdot 0.1 \cdot 0.9$의 제곱근) 흔들립니다. 가장 작은 횟수와 가장 큰 횟수도 10에서 그 두 배쯤 떨어져 있을 뿐이며, 횟수가 열 개나 되면 놀랄 일이 아닙니다. 그러므로 100장으로는 우연인지, 신경망이 더 즐겨 그리는 숫자가 있는지 가릴 수 없습니다. 궁금하다면 100을 1000으로 바꾸어 셀을 다시 실행해 보십시오(반 분쯤 걸립니다). 이때 횟수는 100 안팎이어야 하고, 흔들리는 폭은 9쯤입니다.
#
# 어쨌든 버려진 클래스는 없으며, 그러려고 따로 한 일도 없습니다. 학습용 그림을 *모두* 설명해야 하는 회귀는 일부를 그냥 빼놓을 수 없습니다. 이와 달리 GAN은 판별자를 속이기만 하면 됩니다.
#
# 그러나 “없다”는 지나친 말입니다. 세게 이끌려고 하면 곧바로 포괄성을 내주어야 합니다. *가이던스*(9장)는 세기 $s$로 그림을 바라는 쪽으로 끌어당깁니다. 이론에서 겨누는 것은 밀도 $p_c(x)^s\, p_u(x)^{1-s}$이고, 여기서 $p_c$는 바라는 데이터의 밀도, $p_u$는 전체 데이터의 밀도입니다. 한 차원에서 $p_c = N(1, 0.5^2)$, $p_u = N(0, 1)$로 놓고, 글에서 그림을 만드는 프로그램이 흔히 쓸 만큼 센 $s = 7.5$를 넣어 봅시다.
#
# **먼저 예상해 보십시오.** 바라는 데이터의 표준편차는 $0.5$입니다. $s = 7.5$에서는 얼마겠습니까?

# %% key="tilt-run"
grid = torch.linspace(-8, 8, 20_001, dtype=torch.float64)
log_c, log_u = -((grid - 1) ** 2) / (2 * 0.5**2), -(grid**2) / 2
for s in (0, 1, 3, 7.5):
    p = torch.softmax(s * log_c + (1 - s) * log_u, 0)
    mean = (p * grid).sum()
    std = (p * (grid - mean) ** 2).sum().sqrt().item()
    assert abs(std - (s / 0.5**2 + (1 - s)) ** -0.5) < 1e-6
    print(f"s {s:3}  std {std:.3f}")

# %% [markdown] key="tilt-after" lang="en"
# $0.206$: less than half of the variety is left. (That is what the formula aims at; what a guided sampler draws is not exactly this, as chapter 9 shows.) Together with the recited training pictures of the section before, the honest sentence reads: diffusion models are **far less prone** to leaving things out than GANs, and one can still make them do it.

# %% [markdown] key="tilt-after" lang="id" ref="b39b2f66"
# $0.206$: keragamannya tinggal kurang dari setengah. (Itulah sasaran rumusnya; hasil sampler dengan guidance tidak persis begini, seperti yang ditunjukkan Bab 9.) Bersama gambar pelatihan yang dihafalkan di bagian sebelumnya, kalimat yang jujur berbunyi: model difusi **jauh lebih jarang** melewatkan sesuatu daripada GAN, tetapi kita tetap bisa membuatnya berbuat begitu.

# %% [markdown] key="tilt-after" lang="ko" ref="b39b2f66"
# $0.206$입니다. 다양성이 절반도 남지 않았습니다. (식이 겨누는 값이 그렇다는 뜻입니다. 9장에서 보듯, 가이던스를 쓴 샘플러가 실제로 그리는 것은 이와 꼭 같지는 않습니다.) 앞 절에서 본, 외운 그림을 되뇌는 일까지 합치면 정확히 말하면 이렇습니다. 확산 모델은 GAN보다 무언가를 빠뜨리는 일이 **훨씬 적지만**, 그래도 빠뜨리게 만들 수는 있습니다.

# %% [markdown] key="uses" lang="en"
# ## Where it is used
#
# | field | an example to read |
# | --- | --- |
# | pictures from text | DALL·E 2 (Ramesh et al. 2022), Imagen (Saharia et al. 2022a), Stable Diffusion (Rombach et al. 2022) |
# | sharper pictures | SR3 (Saharia et al. 2022b) |
# | sound and speech | WaveGrad (Chen et al. 2021), DiffWave (Kong et al. 2021) |
# | video | Video Diffusion Models (Ho et al. 2022) |
# | proteins | RFdiffusion (Watson et al. 2023), AlphaFold 3 (Abramson et al. 2024) |
# | weather | GenCast (Price et al. 2025) |
# | robots | Diffusion Policy (Chi et al. 2023) |
#
# A correction that many notes need: the *first* DALL·E (Ramesh et al. 2021) was **not** a diffusion model. It wrote a picture token by token, as a language model writes a text. DALL·E 2 and 3 use diffusion. Midjourney is usually named along with them, but has not published its method.
#
# And one reader you might not expect: on 2024-11-14 the Korean university entrance examination (the *Suneung*, 수능, for 2025) set a passage on AI diffusion models for generating images in its Korean language section, which every candidate sat: questions 10 to 13. The word 노이즈, *noise*, occurs in it 45 times, which made the news. Its key sentence says that the noise predictor is trained so that the gap between the noise put in and the noise predicted becomes small. After this chapter you know why that is enough.

# %% [markdown] key="uses" lang="id" ref="84b0d310"
# ## Di mana dipakai
#
# | bidang | contoh untuk dibaca |
# | --- | --- |
# | gambar dari teks | DALL·E 2 (Ramesh et al. 2022), Imagen (Saharia et al. 2022a), Stable Diffusion (Rombach et al. 2022) |
# | mempertajam gambar | SR3 (Saharia et al. 2022b) |
# | suara dan ucapan | WaveGrad (Chen et al. 2021), DiffWave (Kong et al. 2021) |
# | video | Video Diffusion Models (Ho et al. 2022) |
# | protein | RFdiffusion (Watson et al. 2023), AlphaFold 3 (Abramson et al. 2024) |
# | cuaca | GenCast (Price et al. 2025) |
# | robot | Diffusion Policy (Chi et al. 2023) |
#
# Satu ralat yang diperlukan banyak catatan: DALL·E yang *pertama* (Ramesh et al. 2021) **bukan** model difusi. Ia menulis gambar token demi token, seperti model bahasa menulis teks. DALL·E 2 dan 3 memakai difusi. Midjourney sering disebut bersamaan, tetapi belum menerbitkan metodenya.
#
# Dan satu pembaca yang mungkin tidak terduga: pada 2024-11-14, ujian masuk perguruan tinggi Korea (2025학년도 수능, *Suneung*) menyodorkan sebuah bacaan tentang model difusi AI pembuat gambar kepada semua peserta ujian bahasa Koreanya: soal 10 sampai 13. Kata 노이즈, *noise*, muncul 45 kali di dalamnya, sampai-sampai menjadi berita. Kalimat kuncinya menyatakan bahwa penebak noise dilatih agar selisih antara noise yang dimasukkan dan noise yang ditebak menjadi kecil. Setelah bab ini kita tahu mengapa itu cukup.

# %% [markdown] key="uses" lang="ko" ref="84b0d310"
# ## 쓰이는 곳
#
# | 분야 | 읽어 볼 만한 예 |
# | --- | --- |
# | 글에서 그림 만들기 | DALL·E 2 (Ramesh et al. 2022), Imagen (Saharia et al. 2022a), Stable Diffusion (Rombach et al. 2022) |
# | 그림을 더 선명하게 | SR3 (Saharia et al. 2022b) |
# | 소리와 말 | WaveGrad (Chen et al. 2021), DiffWave (Kong et al. 2021) |
# | 영상 | Video Diffusion Models (Ho et al. 2022) |
# | 단백질 | RFdiffusion (Watson et al. 2023), AlphaFold 3 (Abramson et al. 2024) |
# | 날씨 | GenCast (Price et al. 2025) |
# | 로봇 | Diffusion Policy (Chi et al. 2023) |
#
# 여러 글에서 바로잡아야 할 것이 하나 있습니다. *첫* DALL·E(Ramesh et al. 2021)는 확산 모델이 **아니었습니다.** 언어 모델이 글을 쓰듯이 그림을 토큰 하나씩 써 나갔습니다. 확산을 쓰는 것은 DALL·E 2와 3입니다. Midjourney도 흔히 함께 꼽히지만, 방법을 공개한 적이 없습니다.
#
# 뜻밖의 자리에서 확산 모델을 읽은 사람도 많습니다. 2024-11-14에 치른 2025학년도 수능 국어 영역에 이미지를 생성하는 인공지능 확산 모델을 설명하는 지문이 나왔고, 수험생 모두가 10번부터 13번까지 네 문제를 풀며 이 글을 읽었습니다. ‘노이즈’라는 낱말이 45번이나 나와 화제가 되기도 했습니다. 핵심 문장은, 더한 노이즈와 예측한 노이즈의 차이가 작아지도록 노이즈 예측기를 학습시킨다는 것입니다. 이 장을 마친 여러분은 왜 그것으로 충분한지 압니다.

# %% [markdown] key="roadmap" lang="en"
# ## The road from here
#
# Most introductions show how to run such a model and skip why it works. The reasons are what carries over to new data, to restoration, to models that do not exist yet; so this course takes them one at a time.
#
# | chapter | its question |
# | --- | --- |
# | [0 · Welcome](00_welcome.ipynb) | how do I use this course? |
# | **1 · Intuition** | what is the idea? |
# | [2 · The forward process](02_forward.ipynb) | how much noise, when? the schedule $\beta_t$ and the jump to any $t$ |
# | [3 · The ELBO](03_elbo.ipynb) | what does training maximise? |
# | [4 · The loss](04_loss.ipynb) | why does it come down to predicting the noise? |
# | [5 · The U-Net](05_unet.ipynb) | which network answers? |
# | [6 · DDPM sampling](06_ddpm.ipynb) | how does one walk back? |
# | [7 · DDIM](07_ddim.ipynb) | how does one get by with fewer steps? |
# | [8 · Score matching](08_score.ipynb) | which direction is "more like the data"? |
# | [9 · Classifier-free guidance](09_guidance.ipynb) | how does one ask for something? |
# | [10 · Beyond](10_beyond.ipynb) | latent diffusion, and what is still open |

# %% [markdown] key="roadmap" lang="id" ref="b4dc7f1a"
# ## Jalan di depan
#
# Kebanyakan pengantar menunjukkan cara menjalankan model seperti ini dan melewatkan mengapa model itu bekerja. Padahal, alasannyalah yang terbawa ke data baru, ke pemulihan gambar, dan ke model yang belum ada; karena itu kursus ini membahasnya satu demi satu.
#
# | bab | pertanyaannya |
# | --- | --- |
# | [0 · Selamat datang](00_welcome.ipynb) | bagaimana memakai kursus ini? |
# | **1 · Intuisi** | apa gagasannya? |
# | [2 · Proses maju](02_forward.ipynb) | berapa banyak noise, dan kapan? jadwal $\beta_t$ dan lompatan ke sembarang $t$ |
# | [3 · ELBO](03_elbo.ipynb) | apa yang dimaksimalkan pelatihan? |
# | [4 · Loss (fungsi kerugian)](04_loss.ipynb) | mengapa ujungnya menebak noise? |
# | [5 · U-Net](05_unet.ipynb) | jaringan mana yang menjawab? |
# | [6 · Pengambilan sampel DDPM](06_ddpm.ipynb) | bagaimana berjalan pulang? |
# | [7 · DDIM](07_ddim.ipynb) | bagaimana cukup dengan lebih sedikit langkah? |
# | [8 · Score matching (pencocokan skor)](08_score.ipynb) | ke arah mana letak "lebih mirip data"? |
# | [9 · Classifier-free guidance](09_guidance.ipynb) | bagaimana meminta sesuatu? |
# | [10 · Selanjutnya](10_beyond.ipynb) | difusi laten, dan apa yang masih terbuka |

# %% [markdown] key="roadmap" lang="ko" ref="b4dc7f1a"
# ## 앞으로 갈 길
#
# 입문 글은 대개 이런 모델을 돌리는 법만 보여 주고 왜 되는지는 건너뜁니다. 그러나 새로운 데이터에도, 복원에도, 아직 나오지 않은 모델에도 통하는 것은 그 까닭입니다. 그래서 이 강의는 까닭을 하나씩 밝혀 갑니다.
#
# | 장 | 그 장의 질문 |
# | --- | --- |
# | [0 · 환영합니다](00_welcome.ipynb) | 이 강의는 어떻게 씁니까? |
# | **1 · 직관** | 바탕이 되는 생각은 무엇입니까? |
# | [2 · 전방 과정](02_forward.ipynb) | 노이즈를 언제, 얼마나 더합니까? 스케줄 $\beta_t$와 임의의 $t$로 건너뛰기 |
# | [3 · ELBO](03_elbo.ipynb) | 학습은 무엇을 최대화합니까? |
# | [4 · 손실](04_loss.ipynb) | 왜 결국 노이즈를 예측하는 일이 됩니까? |
# | [5 · U-Net](05_unet.ipynb) | 어떤 신경망이 답합니까? |
# | [6 · DDPM 샘플링](06_ddpm.ipynb) | 어떻게 되돌아갑니까? |
# | [7 · DDIM](07_ddim.ipynb) | 걸음을 어떻게 줄입니까? |
# | [8 · 스코어 매칭](08_score.ipynb) | “더 데이터다운” 쪽은 어느 방향입니까? |
# | [9 · 분류기 없는 가이던스](09_guidance.ipynb) | 바라는 것을 어떻게 부탁합니까? |
# | [10 · 그 너머](10_beyond.ipynb) | 잠재 확산, 그리고 아직 풀리지 않은 문제 |

# %% [markdown] key="take-along" lang="en"
# ## What to take along
#
# - The forward process mixes: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$. It is fixed, blind and easy; variances, not amplitudes, add up to 1.
# - To know the noise is to know the picture. So the network learns one thing: to say which noise is in $x_t$.
# - Its first guess is an average, and it sharpens step by step. The end is *a* picture, not the one that was lost.
# - The perfect model of a finite collection recites it. New pictures come from a network that generalises.
# - Diffusion is stable and broad, and it pays in time. "No mode collapse" is an overstatement.
#
# **Left open here.** Where the schedule comes from (chapter 2); why small steps may be reversed by Gaussians at all (chapters 3 and 6); how good is "good" (numbers with their error, from chapter 6 on). Our digits are small and grey, and a network of this size is a model plane: everything on it is real, and it will not carry passengers.

# %% [markdown] key="take-along" lang="id" ref="41232c31"
# ## Bekal dari bab ini
#
# - Proses maju mencampur: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$. Proses ini tetap, buta, dan mudah; yang berjumlah 1 adalah varians, bukan amplitudo.
# - Mengetahui noise berarti mengetahui gambar. Jadi jaringan hanya belajar satu hal: mengatakan noise mana yang ada di dalam $x_t$.
# - Tebakan pertamanya sebuah rata-rata, lalu menajam langkah demi langkah. Ujungnya *sebuah* gambar, bukan gambar yang hilang.
# - Model yang sempurna untuk kumpulan berhingga menghafalkannya. Gambar baru berasal dari jaringan yang mampu menggeneralisasi.
# - Difusi itu stabil dan luas cakupannya, dan bayarannya waktu. "Tanpa mode collapse" terlalu dilebih-lebihkan.
#
# **Yang belum terjawab di sini.** Dari mana jadwalnya berasal (Bab 2); mengapa langkah-langkah kecil boleh dibalik dengan Gaussian (Bab 3 dan 6); sebaik apa "baik" itu (bilangan beserta galatnya, mulai Bab 6). Angka-angka kita kecil dan kelabu, dan jaringan seukuran ini ibarat pesawat model: semua yang ada padanya sungguhan, hanya saja ia tidak akan mengangkut penumpang.

# %% [markdown] key="take-along" lang="ko" ref="41232c31"
# ## 가져갈 것
#
# - 전방 과정은 그림과 노이즈를 섞습니다. $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$입니다. 이 과정은 고정되어 있고, 모양을 가리지 않으며, 쉽습니다. 더해서 1이 되는 것은 진폭이 아니라 분산입니다.
# - 노이즈를 알면 그림을 아는 것입니다. 그래서 신경망은 $x_t$에 어떤 노이즈가 들어 있는지 말하는 것, 그 하나만 배웁니다.
# - 신경망의 첫 추측은 평균이고, 걸음마다 선명해집니다. 끝에 나오는 것은 *어떤* 그림이지, 잃어버린 그 그림이 아닙니다.
# - 유한한 그림 모음의 완벽한 모델은 외운 것을 되뇝니다. 새 그림은 일반화하는 신경망에서 나옵니다.
# - 확산은 안정적이고 포괄성이 넓으며, 그 값을 시간으로 치릅니다. “모드 붕괴가 없다”는 말은 지나칩니다.
#
# **여기서 남겨 둔 것.** 스케줄이 어디서 오는지(2장), 작은 걸음은 어째서 가우스 분포로 되돌릴 수 있는지(3장과 6장), “좋다”가 얼마나 좋다는 뜻인지(6장부터 오차를 붙인 수로)를 남겨 두었습니다. 우리 숫자는 작은 회색 그림이고, 이만한 크기의 신경망은 모형 비행기와 같습니다. 달린 것은 모두 진짜이지만 승객을 태우지는 못합니다.

# %% [markdown] key="sources" lang="en"
# ## Sources
#
# - J. Sohl-Dickstein et al. 2015, [Deep Unsupervised Learning using Nonequilibrium Thermodynamics](https://arxiv.org/abs/1503.03585).
# - J. Ho, A. Jain, P. Abbeel 2020, [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239): equations 4 and 15.
# - I. Goodfellow et al. 2014, [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661). D. Kingma, M. Welling 2014, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114).
# - P. Dhariwal, A. Nichol 2021, [Diffusion Models Beat GANs on Image Synthesis](https://arxiv.org/abs/2105.05233). Z. Xiao et al. 2022, [the generative learning trilemma](https://arxiv.org/abs/2112.07804).
# - N. Carlini et al. 2023, [Extracting Training Data from Diffusion Models](https://arxiv.org/abs/2301.13188). Z. Kadkhodaie et al. 2024, [Generalization in Diffusion Models](https://arxiv.org/abs/2310.02557).
# - G. Biroli et al. 2024, [Dynamical regimes of diffusion models](https://arxiv.org/abs/2402.18491).
# - Other damage than noise: S. Rissanen et al. 2023, [Inverse Heat Dissipation](https://arxiv.org/abs/2206.13397); A. Bansal et al. 2022, [Cold Diffusion](https://arxiv.org/abs/2208.09392).
# - A. Ramesh et al. 2021, [DALL·E](https://arxiv.org/abs/2102.12092), and 2022, [DALL·E 2](https://arxiv.org/abs/2204.06125). R. Rombach et al. 2022, [Latent Diffusion](https://arxiv.org/abs/2112.10752). C. Saharia et al. 2022a, [Imagen](https://arxiv.org/abs/2205.11487), and 2022b, [SR3](https://arxiv.org/abs/2104.07636).
# - N. Chen et al. 2021, [WaveGrad](https://arxiv.org/abs/2009.00713). Z. Kong et al. 2021, [DiffWave](https://arxiv.org/abs/2009.09761). J. Ho et al. 2022, [Video Diffusion Models](https://arxiv.org/abs/2204.03458). C. Chi et al. 2023, [Diffusion Policy](https://arxiv.org/abs/2303.04137).
# - In *Nature*: J. Watson et al. 2023 (RFdiffusion), J. Abramson et al. 2024 (AlphaFold 3), I. Price et al. 2025 (GenCast).
# - On the examination: [Dong-A Ilbo, 2024-11-15](https://donga.com/news/Society/article/all/20241115/130434749/2).
#
# Digits: Y. LeCun, C. Cortes, C. Burges 1998 (MNIST). **Next:** [how much noise, and when](02_forward.ipynb).

# %% [markdown] key="sources" lang="id" ref="79f036ff"
# ## Sumber
#
# - J. Sohl-Dickstein et al. 2015, [Deep Unsupervised Learning using Nonequilibrium Thermodynamics](https://arxiv.org/abs/1503.03585).
# - J. Ho, A. Jain, P. Abbeel 2020, [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239): persamaan 4 dan 15.
# - I. Goodfellow et al. 2014, [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661). D. Kingma, M. Welling 2014, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114).
# - P. Dhariwal, A. Nichol 2021, [Diffusion Models Beat GANs on Image Synthesis](https://arxiv.org/abs/2105.05233). Z. Xiao et al. 2022, [trilema pembelajaran generatif](https://arxiv.org/abs/2112.07804).
# - N. Carlini et al. 2023, [Extracting Training Data from Diffusion Models](https://arxiv.org/abs/2301.13188). Z. Kadkhodaie et al. 2024, [Generalization in Diffusion Models](https://arxiv.org/abs/2310.02557).
# - G. Biroli et al. 2024, [Dynamical regimes of diffusion models](https://arxiv.org/abs/2402.18491).
# - Kerusakan selain noise: S. Rissanen et al. 2023, [Inverse Heat Dissipation](https://arxiv.org/abs/2206.13397); A. Bansal et al. 2022, [Cold Diffusion](https://arxiv.org/abs/2208.09392).
# - A. Ramesh et al. 2021, [DALL·E](https://arxiv.org/abs/2102.12092), dan 2022, [DALL·E 2](https://arxiv.org/abs/2204.06125). R. Rombach et al. 2022, [Latent Diffusion](https://arxiv.org/abs/2112.10752). C. Saharia et al. 2022a, [Imagen](https://arxiv.org/abs/2205.11487), dan 2022b, [SR3](https://arxiv.org/abs/2104.07636).
# - N. Chen et al. 2021, [WaveGrad](https://arxiv.org/abs/2009.00713). Z. Kong et al. 2021, [DiffWave](https://arxiv.org/abs/2009.09761). J. Ho et al. 2022, [Video Diffusion Models](https://arxiv.org/abs/2204.03458). C. Chi et al. 2023, [Diffusion Policy](https://arxiv.org/abs/2303.04137).
# - Dalam *Nature*: J. Watson et al. 2023 (RFdiffusion), J. Abramson et al. 2024 (AlphaFold 3), I. Price et al. 2025 (GenCast).
# - Tentang ujian itu: [Dong-A Ilbo, 2024-11-15](https://donga.com/news/Society/article/all/20241115/130434749/2).
#
# Angka: Y. LeCun, C. Cortes, C. Burges 1998 (MNIST). **Berikutnya:** [berapa banyak noise, dan kapan](02_forward.ipynb).

# %% [markdown] key="sources" lang="ko" ref="79f036ff"
# ## 출처
#
# - J. Sohl-Dickstein et al. 2015, [Deep Unsupervised Learning using Nonequilibrium Thermodynamics](https://arxiv.org/abs/1503.03585).
# - J. Ho, A. Jain, P. Abbeel 2020, [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239): 식 4와 식 15.
# - I. Goodfellow et al. 2014, [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661). D. Kingma, M. Welling 2014, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114).
# - P. Dhariwal, A. Nichol 2021, [Diffusion Models Beat GANs on Image Synthesis](https://arxiv.org/abs/2105.05233). Z. Xiao et al. 2022, [생성 학습의 트릴레마](https://arxiv.org/abs/2112.07804).
# - N. Carlini et al. 2023, [Extracting Training Data from Diffusion Models](https://arxiv.org/abs/2301.13188). Z. Kadkhodaie et al. 2024, [Generalization in Diffusion Models](https://arxiv.org/abs/2310.02557).
# - G. Biroli et al. 2024, [Dynamical regimes of diffusion models](https://arxiv.org/abs/2402.18491).
# - 노이즈가 아닌 손상: S. Rissanen et al. 2023, [Inverse Heat Dissipation](https://arxiv.org/abs/2206.13397); A. Bansal et al. 2022, [Cold Diffusion](https://arxiv.org/abs/2208.09392).
# - A. Ramesh et al. 2021, [DALL·E](https://arxiv.org/abs/2102.12092), 그리고 2022, [DALL·E 2](https://arxiv.org/abs/2204.06125). R. Rombach et al. 2022, [Latent Diffusion](https://arxiv.org/abs/2112.10752). C. Saharia et al. 2022a, [Imagen](https://arxiv.org/abs/2205.11487), 그리고 2022b, [SR3](https://arxiv.org/abs/2104.07636).
# - N. Chen et al. 2021, [WaveGrad](https://arxiv.org/abs/2009.00713). Z. Kong et al. 2021, [DiffWave](https://arxiv.org/abs/2009.09761). J. Ho et al. 2022, [Video Diffusion Models](https://arxiv.org/abs/2204.03458). C. Chi et al. 2023, [Diffusion Policy](https://arxiv.org/abs/2303.04137).
# - *Nature*에 실린 것: J. Watson et al. 2023 (RFdiffusion), J. Abramson et al. 2024 (AlphaFold 3), I. Price et al. 2025 (GenCast).
# - 수능 지문: [동아일보, 2024-11-15](https://donga.com/news/Society/article/all/20241115/130434749/2).
#
# 숫자 그림: Y. LeCun, C. Cortes, C. Burges 1998 (MNIST). **다음 장:** [노이즈를 언제, 얼마나 더하는가](02_forward.ipynb).
