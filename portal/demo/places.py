"""Regions, provinces and cities the demo takes place in, as data.

Mainland city: name, English name, first four digits of its administrative code, telephone area code.
"""
# ruff: noqa: E501  (names and addresses, one to a line)

# code, English, simplified, traditional
COUNTRIES = (
    ("cn", "CN", "Mainland China", "中国大陆", "中國大陸"),
    ("tw", "TW", "Taiwan", "台湾", "台灣"),
    ("eu", "", "Europe", "欧洲", "歐洲"),
)
REGIONS = (
    ("cn", "cn-east", "CN", "East China", "华东", "華東"),
    ("cn", "cn-north", "CN", "North China", "华北", "華北"),
    ("cn", "cn-northeast", "CN", "Northeast China", "东北", "東北"),
    ("cn", "cn-central", "CN", "Central China", "华中", "華中"),
    ("cn", "cn-south", "CN", "South China", "华南", "華南"),
    ("cn", "cn-southwest", "CN", "Southwest China", "西南", "西南"),
    ("cn", "cn-northwest", "CN", "Northwest China", "西北", "西北"),
    ("tw", "tw-north", "TW", "Northern Taiwan", "台湾北部", "北台灣"),
    ("tw", "tw-central", "TW", "Central Taiwan", "台湾中部", "中台灣"),
    ("tw", "tw-south", "TW", "Southern Taiwan", "台湾南部", "南台灣"),
    ("tw", "tw-east", "TW", "Eastern Taiwan and islands", "台湾东部及离岛", "東台灣及離島"),
    ("eu", "eu-de", "DE", "Germany", "德国", "德國"),
    ("eu", "eu-nl", "NL", "Netherlands", "荷兰", "荷蘭"),
)

# region | code | English | simplified | traditional | cities: "name English code area; …"
MAINLAND = """
cn-east|cn-sh|Shanghai|上海|上海|上海 Shanghai 3101 021
cn-east|cn-js|Jiangsu|江苏|江蘇|南京 Nanjing 3201 025;苏州 Suzhou 3205 0512;无锡 Wuxi 3202 0510;常州 Changzhou 3204 0519;南通 Nantong 3206 0513;徐州 Xuzhou 3203 0516
cn-east|cn-zj|Zhejiang|浙江|浙江|杭州 Hangzhou 3301 0571;宁波 Ningbo 3302 0574;温州 Wenzhou 3303 0577;绍兴 Shaoxing 3306 0575;嘉兴 Jiaxing 3304 0573;台州 Taizhou 3310 0576
cn-east|cn-ah|Anhui|安徽|安徽|合肥 Hefei 3401 0551;芜湖 Wuhu 3402 0553;马鞍山 Maanshan 3405 0555
cn-east|cn-fj|Fujian|福建|福建|福州 Fuzhou 3501 0591;厦门 Xiamen 3502 0592;泉州 Quanzhou 3505 0595
cn-east|cn-jx|Jiangxi|江西|江西|南昌 Nanchang 3601 0791;九江 Jiujiang 3604 0792
cn-east|cn-sd|Shandong|山东|山東|济南 Jinan 3701 0531;青岛 Qingdao 3702 0532;烟台 Yantai 3706 0535;潍坊 Weifang 3707 0536;淄博 Zibo 3703 0533
cn-north|cn-bj|Beijing|北京|北京|北京 Beijing 1101 010
cn-north|cn-tj|Tianjin|天津|天津|天津 Tianjin 1201 022
cn-north|cn-he|Hebei|河北|河北|石家庄 Shijiazhuang 1301 0311;唐山 Tangshan 1302 0315;保定 Baoding 1306 0312
cn-north|cn-sx|Shanxi|山西|山西|太原 Taiyuan 1401 0351;大同 Datong 1402 0352
cn-north|cn-nm|Inner Mongolia|内蒙古|內蒙古|呼和浩特 Hohhot 1501 0471;包头 Baotou 1502 0472
cn-northeast|cn-ln|Liaoning|辽宁|遼寧|沈阳 Shenyang 2101 024;大连 Dalian 2102 0411;鞍山 Anshan 2103 0412
cn-northeast|cn-jl|Jilin|吉林|吉林|长春 Changchun 2201 0431
cn-northeast|cn-hl|Heilongjiang|黑龙江|黑龍江|哈尔滨 Harbin 2301 0451;大庆 Daqing 2306 0459
cn-central|cn-ha|Henan|河南|河南|郑州 Zhengzhou 4101 0371;洛阳 Luoyang 4103 0379;新乡 Xinxiang 4107 0373
cn-central|cn-hb|Hubei|湖北|湖北|武汉 Wuhan 4201 027;宜昌 Yichang 4205 0717;襄阳 Xiangyang 4206 0710
cn-central|cn-hn|Hunan|湖南|湖南|长沙 Changsha 4301 0731;株洲 Zhuzhou 4302 0731
cn-south|cn-gd|Guangdong|广东|廣東|广州 Guangzhou 4401 020;深圳 Shenzhen 4403 0755;佛山 Foshan 4406 0757;东莞 Dongguan 4419 0769;珠海 Zhuhai 4404 0756;惠州 Huizhou 4413 0752
cn-south|cn-gx|Guangxi|广西|廣西|南宁 Nanning 4501 0771;柳州 Liuzhou 4502 0772
cn-south|cn-hi|Hainan|海南|海南|海口 Haikou 4601 0898
cn-southwest|cn-cq|Chongqing|重庆|重慶|重庆 Chongqing 5001 023
cn-southwest|cn-sc|Sichuan|四川|四川|成都 Chengdu 5101 028;绵阳 Mianyang 5107 0816;德阳 Deyang 5106 0838
cn-southwest|cn-gz|Guizhou|贵州|貴州|贵阳 Guiyang 5201 0851
cn-southwest|cn-yn|Yunnan|云南|雲南|昆明 Kunming 5301 0871
cn-southwest|cn-xz|Tibet|西藏|西藏|拉萨 Lhasa 5401 0891
cn-northwest|cn-sn|Shaanxi|陕西|陝西|西安 Xi'an 6101 029;宝鸡 Baoji 6103 0917
cn-northwest|cn-gs|Gansu|甘肃|甘肅|兰州 Lanzhou 6201 0931
cn-northwest|cn-qh|Qinghai|青海|青海|西宁 Xining 6301 0971
cn-northwest|cn-nx|Ningxia|宁夏|寧夏|银川 Yinchuan 6401 0951
cn-northwest|cn-xj|Xinjiang|新疆|新疆|乌鲁木齐 Urumqi 6501 0991
"""

# region | code | English | simplified | traditional | telephone area code (the city is the county or city itself)
TAIWAN = """
tw-north|tw-tpe|Taipei|台北|台北|02
tw-north|tw-ntpc|New Taipei|新北|新北|02
tw-north|tw-kel|Keelung|基隆|基隆|02
tw-north|tw-tyn|Taoyuan|桃园|桃園|03
tw-north|tw-hsz|Hsinchu City|新竹市|新竹市|03
tw-north|tw-hsq|Hsinchu County|新竹县|新竹縣|03
tw-north|tw-ila|Yilan|宜兰|宜蘭|03
tw-central|tw-mia|Miaoli|苗栗|苗栗|037
tw-central|tw-txg|Taichung|台中|台中|04
tw-central|tw-cha|Changhua|彰化|彰化|04
tw-central|tw-nan|Nantou|南投|南投|049
tw-central|tw-yun|Yunlin|云林|雲林|05
tw-south|tw-cyi|Chiayi City|嘉义市|嘉義市|05
tw-south|tw-cyq|Chiayi County|嘉义县|嘉義縣|05
tw-south|tw-tnn|Tainan|台南|台南|06
tw-south|tw-khh|Kaohsiung|高雄|高雄|07
tw-south|tw-pif|Pingtung|屏东|屏東|08
tw-east|tw-hua|Hualien|花莲|花蓮|03
tw-east|tw-ttt|Taitung|台东|台東|089
tw-east|tw-pen|Penghu|澎湖|澎湖|06
tw-east|tw-kin|Kinmen|金门|金門|082
tw-east|tw-lie|Lienchiang|连江|連江|0836
"""

# region | code | English | simplified | traditional | cities: "name area; …"
EUROPE = """
eu-de|de-bw|Baden-Württemberg|巴登-符腾堡|巴登-符騰堡|Stuttgart 711;Mannheim 621;Karlsruhe 721
eu-de|de-by|Bavaria|巴伐利亚|巴伐利亞|München 89;Nürnberg 911;Augsburg 821
eu-de|de-be|Berlin|柏林|柏林|Berlin 30
eu-de|de-bb|Brandenburg|勃兰登堡|勃蘭登堡|Potsdam 331
eu-de|de-hb|Bremen|不来梅|不來梅|Bremen 421
eu-de|de-hh|Hamburg|汉堡|漢堡|Hamburg 40
eu-de|de-he|Hesse|黑森|黑森|Frankfurt 69;Kassel 561
eu-de|de-mv|Mecklenburg-Western Pomerania|梅克伦堡-前波美拉尼亚|梅克倫堡-前波美拉尼亞|Rostock 381
eu-de|de-ni|Lower Saxony|下萨克森|下薩克森|Hannover 511;Braunschweig 531
eu-de|de-nw|North Rhine-Westphalia|北莱茵-威斯特法伦|北萊茵-威斯特法倫|Köln 221;Düsseldorf 211;Dortmund 231;Essen 201
eu-de|de-rp|Rhineland-Palatinate|莱茵兰-普法尔茨|萊茵蘭-普法爾茨|Mainz 6131
eu-de|de-sl|Saarland|萨尔|薩爾|Saarbrücken 681
eu-de|de-sn|Saxony|萨克森|薩克森|Leipzig 341;Dresden 351
eu-de|de-st|Saxony-Anhalt|萨克森-安哈尔特|薩克森-安哈特|Magdeburg 391
eu-de|de-sh|Schleswig-Holstein|石勒苏益格-荷尔斯泰因|什勒斯維希-霍爾斯坦|Kiel 431
eu-de|de-th|Thuringia|图林根|圖林根|Erfurt 361
eu-nl|nl-dr|Drenthe|德伦特|德倫特|Assen 592
eu-nl|nl-fl|Flevoland|弗莱福兰|弗萊福蘭|Almere 36
eu-nl|nl-fr|Friesland|弗里斯兰|菲士蘭|Leeuwarden 58
eu-nl|nl-ge|Gelderland|海尔德兰|海爾德蘭|Arnhem 26;Nijmegen 24
eu-nl|nl-gr|Groningen|格罗宁根|格羅寧根|Groningen 50
eu-nl|nl-li|Limburg|林堡|林堡|Maastricht 43
eu-nl|nl-nb|North Brabant|北布拉班特|北布拉邦|Eindhoven 40;Tilburg 13
eu-nl|nl-nh|North Holland|北荷兰|北荷蘭|Amsterdam 20;Haarlem 23
eu-nl|nl-ov|Overijssel|上艾瑟尔|上艾瑟爾|Enschede 53;Zwolle 38
eu-nl|nl-ut|Utrecht|乌得勒支|烏特勒支|Utrecht 30
eu-nl|nl-ze|Zeeland|泽兰|澤蘭|Middelburg 118
eu-nl|nl-zh|South Holland|南荷兰|南荷蘭|Rotterdam 10;Den Haag 70;Delft 15
"""
